using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>The blocks of a profile: what lies between adjacent cuts.</summary>
internal static class BlockTimes
{
    /// <summary>The profile without the segments that are more than a block: what Scission knows.</summary>
    public static Profile Only(Profile profile)
    {
        Dictionary<string, int> places = Places(profile);
        return profile with { Nodes = [.. profile.Nodes.Select(n => n with { Segments = [.. n.Segments.Where(s => Length(s, places) == 1)] })] };
    }

    /// <summary>The times of all blocks.</summary>
    public static ImmutableArray<BlockTime> Of(Profile profile)
    {
        Dictionary<string, int> places = Places(profile);
        return [.. profile.Nodes.SelectMany(n => n.Segments.Where(s => Length(s, places) == 1).OrderBy(s => s.From is null ? -1 : places[s.From])
            .Select(s => new BlockTime(n.Name, $"{s.From ?? "input"}…{s.To ?? "output"}", s.Timing.P50.Value)))];
    }

    /// <summary>Sums of blocks beside what was measured as a whole, on every node that measured both.</summary>
    public static ImmutableArray<BlockAddition> Added(ProfileIndex measured, ProfileIndex blocks)
    {
        Dictionary<string, int> places = Places(measured.Profile);
        CostModel summed = new(blocks, segments: SegmentTimes.Blocks);
        List<BlockAddition> additions = [];
        foreach (NodeProfile node in measured.Profile.Nodes)
        {
            if (measured.Compute(node.Name, null, null) is not { } whole || summed.Index.Compute(node.Name, null, null) is not { } sum) continue;
            double[] errors =
            [
                .. node.Segments.Where(s => Length(s, places) > 1)
                    .Select(s => (Measured: s.Timing.P50.Value, Sum: summed.Index.Compute(node.Name, s.From, s.To)?.Value))
                    .Where(e => e is { Sum: not null, Measured: > 0 }).Select(e => Math.Abs(e.Sum!.Value - e.Measured) / e.Measured).Order(),
            ];
            if (errors.Length > 0) additions.Add(new(node.Name, measured.Profile.Cuts.Length + 1, sum.Value, whole.Value, errors.Length, errors[errors.Length / 2], errors[^1]));
        }

        return [.. additions];
    }

    private static Dictionary<string, int> Places(Profile profile) => profile.Cuts.Select((c, i) => (c.Id, i)).ToDictionary(c => c.Id, c => c.i, StringComparer.Ordinal);

    private static int Length(SegmentTiming s, Dictionary<string, int> places) => (s.To is null ? places.Count : places[s.To]) - (s.From is null ? -1 : places[s.From]);
}
