using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Tests;

/// <summary>
/// A profile of the tiny network with invented times, by which other plans are the best at other bandwidths: plans are carried out for real,
/// but what is chosen does not depend on the machine.
/// </summary>
internal static class InventedTimes
{
    public static Profile Of(TierFixture tiers)
    {
        CutProfile[] cuts = [.. tiers.Cuts.Select(c => c with { Codecs = [Codec(CodecSpec.Raw, c.Bytes.Value), Codec(CodecSpec.Half, c.Bytes.Value / 2)] })];
        return new(
            Profile.CurrentVersion, tiers.Network.Model.Hash, "tiny", DateTimeOffset.UnixEpoch, "0", 1, 40, [.. cuts],
            [new(InputEncoding.File, new(60_000), 0, 1), new(InputEncoding.Jpeg(75), new(6_000), 0.01, 1)],
            [Node("device", Tier.Device, 60), Node("edge", Tier.Edge, 12), Node("cloud", Tier.Cloud, 3)],
            [.. Both("device", "edge", 2, 8e6), .. Both("device", "cloud", 12, 8e6), .. Both("edge", "cloud", 10, 80e6)]);

        CodecProfile Codec(CodecSpec spec, long bytes) => new(spec, new(bytes), 0, 1);

        NodeProfile Node(string name, Tier tier, double whole)
        {
            double[] shares = [0, .. cuts.Select(c => c.MacShare), 1];
            string?[] ends = [null, .. cuts.Select(c => c.Id), null];
            List<SegmentTiming> segments = [];
            for (int i = 0; i < ends.Length - 1; i++)
            {
                for (int j = i + 1; j < ends.Length; j++)
                {
                    if (tier == Tier.Device && i > 0) continue;
                    if (tier == Tier.Cloud && j < ends.Length - 1) continue;
                    double ms = Math.Round((whole * (shares[j] - shares[i])) + 0.1, 3);
                    segments.Add(new(ends[i], ends[j], new(new(ms), new(ms), 1)));
                }
            }

            return new(
                name, tier, null, 1, "host", "runtime", 1, new(0.1), [.. segments],
                [.. cuts.SelectMany(c => c.Codecs.Select(k => new CodecTiming(c.Id, k.Codec, new(0.1), new(0.1))))],
                [new(InputEncoding.Local, new(0), new(1)), new(InputEncoding.File, new(0), new(1)), new(InputEncoding.Jpeg(75), new(1), new(1))]);
        }
    }

    private static ImmutableArray<LinkProfile> Both(string a, string b, double roundTrip, double bandwidth) =>
        ImmutableArray.Create<LinkProfile>(new(a, b, new(roundTrip), new(bandwidth), true), new(b, a, new(roundTrip), new(bandwidth), true));
}
