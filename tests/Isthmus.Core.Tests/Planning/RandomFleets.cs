using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Tests.Planning;

/// <summary>Questions about several devices, edges and clouds with powers and prices, from a seed.</summary>
internal static class RandomFleets
{
    /// <summary>A profile of one or two devices, up to two edges and two clouds, with powers and prices, intervals of losses, and segments that were not measured.</summary>
    public static Profile Create(int seed, int maxCuts = 4)
    {
        Random random = new(seed + 77);
        Profile profile = RandomProfiles.Create(seed, maxCuts, gaps: 0.06);
        if (random.Next(2) == 0) profile = WithDevice(profile, random);
        bool whole = random.Next(2) == 0;
        return profile with
        {
            Nodes = [.. profile.Nodes.Select(n => n with
            {
                Power = new(Rate(20), Rate(4)),
                PricePerHour = Rate(3_000_000),
                Segments = [.. n.Segments.Where(s => random.Next(6) > 0)],
            })],
            Links = [.. profile.Links.Select(l => l with { JoulesPerByte = Rate(3) / 1e4, PricePerGigabyte = Rate(50_000) })],
            Inputs = [.. profile.Inputs.Select(i => i with { Accuracy = Accuracy(i.AccuracyLoss) })],
            Cuts = [.. profile.Cuts.Select(c => c with { Codecs = [.. c.Codecs.Select(k => k with { Accuracy = Accuracy(k.AccuracyLoss) })] })],
        };

        double Rate(int most) => whole ? random.Next(4) * most / 4.0 : random.NextDouble() * most;
        MeasuredAccuracy? Accuracy(double loss) => random.Next(3) == 0 ? null : new(loss, Math.Max(0, loss - 0.1), Math.Min(1, loss + (random.Next(4) / 10.0)), 1 - loss);
    }

    /// <summary>Any question about it.</summary>
    public static PlanningRequest Request(int seed, int maxCuts = 4)
    {
        Random random = new(seed + 991);
        Profile profile = Create(seed, maxCuts);
        PlanningRequest request = new(profile)
        {
            Objective = Objective(random),
            Constraints = random.Next(2) == 0 ? (random.Next(2) == 0 ? RandomProfiles.Constraints(seed, profile) : RandomProfiles.AllConstraints(seed, profile)) with { MaxTierTime = [] } : Constraints.None,
            Space = random.Next(4) == 0 ? RandomProfiles.Space(seed, profile) : SearchSpace.All,
            Top = 1 + random.Next(25),
            Segments = random.Next(2) == 0 ? SegmentTimes.Blocks : SegmentTimes.Measured,
            Loss = random.Next(2) == 0 ? LossEstimate.UpperEnd : LossEstimate.Smoothed,
            Terms = random.Next(5) == 0 ? CostTerms.ComputingAndTransfer : CostTerms.Everything,
            Device = random.Next(3) == 0 ? profile.Nodes.First(n => n.Tier == Tier.Device).Name : null,
            ParetoAxes = (ParetoAxes)random.Next(1, 64),
        };
        // Networks have their own blocks, so no number of a block is one of them all.
        if (random.Next(2) == 0) request = request with { Variants = Variants(request.Index, random), Constraints = request.Constraints with { Placements = [] } };
        return random.Next(2) == 0 ? request : Changed(request, random);
    }

    /// <summary>The same question when links, ratios and queues are others.</summary>
    public static PlanningRequest Changed(PlanningRequest request, Random random)
    {
        Profile profile = request.Profile;
        return request with
        {
            Links = [.. profile.Links.Where(_ => random.Next(2) == 0).Select(l => l with
            {
                Bandwidth = new(Math.Round(Math.Pow(10, 5 + (random.NextDouble() * 3)))),
                RoundTrip = new(random.Next(40)),
                JoulesPerByte = null,
                PricePerGigabyte = null,
            })],
            Ratios = [.. profile.Nodes.Where(_ => random.Next(3) == 0).Select(n => new MeasuredRatio(n.Name, 0.25 * random.Next(1, 12)))],
            Queues = profile.Nodes.Where(_ => random.Next(4) == 0).ToImmutableDictionary(n => n.Name, _ => new Milliseconds(random.Next(20))),
        };
    }

    private static Objective Objective(Random random) => random.Next(10) switch
    {
        0 => Core.Planning.Objective.Latency,
        1 => Core.Planning.Objective.Traffic,
        2 or 3 => Core.Planning.Objective.Throughput,
        4 => Core.Planning.Objective.Energy,
        5 => Core.Planning.Objective.Price,
        6 => Core.Planning.Objective.Accuracy,
        _ => Core.Planning.Objective.Weighted(random.Next(3), random.Next(2), random.Next(3), random.Next(2) * 20, 1 + random.Next(3), random.Next(2) * random.Next(50)),
    };

    private static ImmutableArray<PlanVariant> Variants(ProfileIndex first, Random random)
    {
        List<PlanVariant> variants = [new(first, random.Next(3) / 20.0)];
        for (int v = 1 + random.Next(2); v > 0; v--)
        {
            Profile profile = first.Profile with { Model = ModelHash.Of([(byte)v, 1]), ModelName = $"variant{v}.onnx", OutputBytes = random.Next(5000) };
            double factor = random.Next(1, 8) / 4.0;
            profile = profile with
            {
                Nodes = [.. profile.Nodes.Select(n => n with { Segments = [.. n.Segments.Select(s => s with { Timing = new(s.Timing.P50 * factor, s.Timing.P95 * factor, 5) })] })],
                Inputs = [.. profile.Inputs.Where(_ => random.Next(5) > 0)],
            };
            profile = profile with { Nodes = [.. profile.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Where(i => i.Encoding.Kind == InputKind.Local || profile.Inputs.Any(x => x.Encoding == i.Encoding))] })] };
            // A network of its own has cuts of its own.
            if (profile.Cuts.Length > 1 && random.Next(2) == 0) profile = Without(profile, profile.Cuts[random.Next(profile.Cuts.Length)].Id);
            variants.Insert(random.Next(variants.Count + 1), new(ProfileIndex.Of(profile), random.Next(4) / 20.0));
        }

        return [.. variants];
    }

    private static Profile Without(Profile profile, string cut) => profile with
    {
        Cuts = [.. profile.Cuts.Where(c => c.Id != cut)],
        Nodes = [.. profile.Nodes.Select(n => n with { Segments = [.. n.Segments.Where(s => s.From != cut && s.To != cut)], Codecs = [.. n.Codecs.Where(c => c.Cut != cut)] })],
    };

    private static Profile WithDevice(Profile profile, Random random)
    {
        NodeProfile like = profile.Nodes.First(n => n.Tier == Tier.Device);
        double factor = random.Next(1, 8) / 4.0;
        NodeProfile other = like with { Name = "phone", Segments = [.. like.Segments.Select(s => s with { Timing = new(s.Timing.P50 * factor, s.Timing.P95 * factor, 5) })] };
        return profile with
        {
            Nodes = profile.Nodes.Insert(random.Next(profile.Nodes.Length + 1), other),
            Links = [.. profile.Links, .. profile.Links.Where(l => (l.From == like.Name || l.To == like.Name) && random.Next(4) > 0).Select(l => l with
            {
                From = l.From == like.Name ? other.Name : l.From,
                To = l.To == like.Name ? other.Name : l.To,
                RoundTrip = new(random.Next(30)),
            })],
        };
    }
}
