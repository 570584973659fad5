using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Planning;

/// <summary>Profiles of invented numbers, from a seed: with gaps, ties, missing links and several nodes a tier.</summary>
internal static class RandomProfiles
{
    private static readonly CodecSpec[] Codecs = [CodecSpec.Raw, CodecSpec.Half, CodecSpec.Huffman(2), CodecSpec.Huffman(4), CodecSpec.Huffman(8)];
    private static readonly InputEncoding[] Encodings = [InputEncoding.File, InputEncoding.Jpeg(75), InputEncoding.Png, InputEncoding.Tensor];

    public static Profile Create(int seed, int maxCuts = 5, double gaps = 0.1, int maxEdges = 2, int maxClouds = 2)
    {
        Random random = new(seed);
        // Small whole numbers make ties, which is where orders and prunings go wrong.
        bool whole = random.Next(3) == 0;
        // A slow device has reasons to send, and so makes rich Pareto sets.
        double deviceSlowness = random.Next(2) == 0 ? 8 : 1;
        int cutCount = random.Next(maxCuts + 1);
        ImmutableArray<CutProfile> cuts = [.. Enumerable.Range(0, cutCount).Select(i => new CutProfile(
            $"c{i:00}", [new($"t{i}", new TensorShape(1, 8, 7, 7))], new(1568), i == 0 && random.Next(2) == 0 ? 0 : (i + 1.0) / (cutCount + 1),
            [.. Codecs.Where(_ => random.NextDouble() > gaps).Select(c => new CodecProfile(c, new(Size()), Loss(), 10))]))];
        ImmutableArray<InputProfile> inputs = [.. Encodings.Where(_ => random.NextDouble() > gaps).Select(e => new InputProfile(e, new(Size()), Loss(), 10))];
        List<NodeProfile> nodes = [Node("device", Tier.Device)];
        for (int i = random.Next(maxEdges + 1); i > 0; i--) nodes.Add(Node($"edge{i}", Tier.Edge));
        for (int i = random.Next(maxClouds + 1); i > 0; i--) nodes.Add(Node($"cloud{i}", Tier.Cloud));
        List<LinkProfile> links = [];
        foreach (NodeProfile a in nodes)
        {
            foreach (NodeProfile b in nodes)
            {
                if (a.Tier == b.Tier || random.NextDouble() < (a.Tier < b.Tier ? gaps : 0.5)) continue;
                links.Add(new(a.Name, b.Name, new(Time()), new(random.Next(6) == 0 ? double.PositiveInfinity : Math.Round(Math.Pow(10, 5 + (random.NextDouble() * 3)))), random.Next(2) == 0));
            }
        }

        return new(
            Profile.CurrentVersion, ModelHash.Of([(byte)seed]), "random.onnx", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "0.0.0", 10,
            Size(), cuts, inputs, [.. nodes], [.. links]);

        double Time() => whole ? random.Next(5) : Math.Round(random.NextDouble() * 40, 3);
        long Size() => whole ? random.Next(4) * 1000 : random.Next(100_000);
        double Loss() => random.Next(3) == 0 ? 0 : random.Next(6) / 10.0;

        NodeProfile Node(string name, Tier tier)
        {
            List<SegmentTiming> segments = [];
            for (int i = -1; i < cutCount; i++)
            {
                for (int j = i + 1; j <= cutCount; j++)
                {
                    if (random.NextDouble() < gaps) continue;
                    Milliseconds ms = new(Time() * (tier == Tier.Device ? (j - i) * deviceSlowness : 1));
                    segments.Add(new(i < 0 ? null : cuts[i].Id, j == cutCount ? null : cuts[j].Id, new(ms, ms, 5)));
                }
            }

            ImmutableArray<CodecTiming> codecs = [.. cuts.SelectMany(c => c.Codecs.Where(_ => random.NextDouble() > gaps)
                .Select(k => new CodecTiming(c.Id, k.Codec, new(Time()), new(Time()))))];
            List<InputTiming> times = [.. inputs.Where(_ => random.NextDouble() > gaps).Select(x => new InputTiming(x.Encoding, new(Time()), new(Time())))];
            if (tier == Tier.Device && random.NextDouble() > gaps) times.Add(new(InputEncoding.Local, Milliseconds.Zero, new(Time())));
            return new(name, tier, tier == Tier.Device ? null : $"http://{name}:1", 1, "test", "test", 1, new(tier == Tier.Device ? 0 : Time()), [.. segments], codecs, [.. times]);
        }
    }

    /// <summary>Constraints that are sometimes absent, sometimes harmless and sometimes impossible.</summary>
    public static Constraints Constraints(int seed, Profile profile)
    {
        Random random = new(seed);
        return new()
        {
            MaxBytes = random.Next(3) == 0 ? new(random.Next(60_000)) : null,
            MaxLatency = random.Next(3) == 0 ? new(random.Next(120)) : null,
            MaxAccuracyLoss = random.Next(3) == 0 ? random.Next(6) / 10.0 : null,
            Tiers = random.Next(4) == 0 ? [.. Enum.GetValues<Tier>().Where(_ => random.Next(3) > 0).DefaultIfEmpty(Tier.Device)] : null,
            ForbiddenNodes = random.Next(4) == 0 ? [profile.Nodes[random.Next(profile.Nodes.Length)].Name] : [],
            KeepInputOnDevice = random.Next(4) == 0,
        };
    }

    /// <summary>Constraints of all kinds, each seldom.</summary>
    public static Constraints AllConstraints(int seed, Profile profile)
    {
        Random random = new(seed + 1_000_000);
        int layers = profile.Layers ?? (profile.Cuts.Length + 1);
        return (random.Next(3) == 0 ? Constraints(seed, profile) : Core.Planning.Constraints.None) with
        {
            RequiredNodes = Sometimes(5, 1, () => profile.Nodes[random.Next(profile.Nodes.Length)].Name),
            RequiredTiers = Sometimes(5, 2, AnyTier),
            ForbiddenTiers = Sometimes(6, 1, AnyTier),
            Placements = Sometimes(3, 3, () => new LayerPlacement(random.Next(layers), AnyTier(), random.Next(2) == 0)),
            MaxTierTime = Sometimes(3, 2, () => random.Next(2) == 0 ? TierTimeLimit.Of(AnyTier(), new(random.Next(40))) : TierTimeLimit.OfShare(AnyTier(), random.Next(11) / 10.0)),
            MaxTierBytes = Sometimes(3, 2, () => new TierByteLimit(AnyTier(), new(random.Next(80_000)))),
        };

        Tier AnyTier() => (Tier)random.Next(3);
        ImmutableArray<T> Sometimes<T>(int oneIn, int most, Func<T> make) =>
            random.Next(oneIn) > 0 ? [] : [.. Enumerable.Range(0, 1 + random.Next(most)).Select(_ => make())];
    }

    /// <summary>The same profile, with a number of layers between its cuts.</summary>
    public static Profile WithLayers(Profile profile, int seed)
    {
        Random random = new(seed);
        int layers = 0;
        ImmutableArray<CutProfile> cuts = [.. profile.Cuts.Select(c => c with { Layers = layers += random.Next(4) })];
        return profile with { Cuts = cuts, Layers = layers + 1 + random.Next(3) };
    }

    public static Objective Objective(int seed) => new Random(seed).Next(3) switch
    {
        0 => Core.Planning.Objective.Latency,
        1 => Core.Planning.Objective.Traffic,
        _ => Core.Planning.Objective.Weighted(1, 0.5),
    };

    public static SearchSpace Space(int seed, Profile profile)
    {
        Random random = new(seed);
        int max = random.Next(3);
        return new()
        {
            MaxCuts = max,
            MinCuts = random.Next(4) == 0 ? random.Next(max + 1) : 0,
            Codecs = random.Next(3) == 0 ? [.. Codecs.Where(_ => random.Next(2) == 0)] : null,
            Inputs = random.Next(3) == 0 ? [.. Encodings.Where(_ => random.Next(2) == 0)] : null,
            Cuts = random.Next(3) == 0 ? [.. profile.Cuts.Select(c => c.Id).Where(_ => random.Next(2) == 0)] : null,
            Tiers = random.Next(4) == 0 ? [Tier.Device, random.Next(2) == 0 ? Tier.Edge : Tier.Cloud] : null,
            Nodes = random.Next(4) == 0 ? [.. profile.Nodes.Select(n => n.Name).Where(_ => random.Next(3) > 0)] : null,
        };
    }
}
