using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>Finds out of a profile how long a node takes for each block of the network: what lies between two adjacent cuts.</summary>
public static class BlockTimes
{
    // A stretch of more blocks than this is not looked for.
    private const int LongestStretch = 64;

    /// <summary>
    /// The times of a node, from input to output, without overlap. Of each block the shortest stretch that begins with it and is known: measured, or else
    /// the difference of two segments from the input, or else of two to the output. Blocks of which nothing is known are left out.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <param name="cuts">The profile's cuts, in their order.</param>
    /// <param name="ratio">What to multiply every time by.</param>
    public static ImmutableArray<BlockTime> Of(NodeProfile node, ImmutableArray<CutProfile> cuts, double ratio = 1)
    {
        ArgumentNullException.ThrowIfNull(node);
        Dictionary<string, int> places = cuts.Select((c, i) => KeyValuePair.Create(c.Id, i + 1)).ToDictionary(StringComparer.Ordinal);
        int end = cuts.Length + 1;
        Dictionary<(int, int), double> measured = [];
        foreach (SegmentTiming s in node.Segments)
            measured[(s.From is null ? 0 : places[s.From], s.To is null ? end : places[s.To])] = s.Timing.P50.Value * ratio;
        List<BlockTime> times = [];
        for (int from = 0; from < end;)
        {
            BlockTime? time = null;
            for (int to = from + 1; to <= end && to <= from + LongestStretch && time is null; to++) time = Between(from, to);
            if (time is not null) times.Add(time);
            from = time?.To ?? from + 1;
        }

        return [.. times];

        BlockTime? Between(int from, int to)
        {
            if (measured.TryGetValue((from, to), out double ms)) return new(from, to, new(ms), true);
            if (measured.TryGetValue((0, from), out double before) && measured.TryGetValue((0, to), out double until)) return new(from, to, new Milliseconds(until - before), false);
            if (measured.TryGetValue((from, end), out double rest) && measured.TryGetValue((to, end), out double after)) return new(from, to, new Milliseconds(rest - after), false);
            return null;
        }
    }
}
