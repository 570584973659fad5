using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

public sealed class WidePlannerTests
{
    private const int Rounds = 800;

    [Fact]
    public void Plan_RandomFleets_RanksAsEnumerationDoes()
    {
        int compared = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            PlanningRequest request = RandomFleets.Request(seed) with { WithPareto = false };
            List<WideOracle.Result> all = WideOracle.All(request);
            if (all.Count == 0)
            {
                Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request));
                continue;
            }

            PlanningResult result = Planner.Plan(request);
            List<WideOracle.Result> expected = [.. all
                .OrderBy(r => Math.Round(r.Score(request.Objective), 6)).ThenBy(r => Math.Round(r.Ms, 6)).ThenBy(r => r.Bytes).ThenBy(r => r.BytesTotal)
                .ThenBy(r => Math.Round(r.Loss, 9)).ThenBy(r => r.Plan.Segments.Count(s => s.To is not null)).Take(request.Top)];
            Dictionary<Plan, WideOracle.Result> byPlan = all.ToDictionary(r => r.Plan);
            Assert.Equal(expected.Count, result.Ranked.Length);
            Assert.Equal(expected.Count, result.Ranked.Select(r => r.Plan).Distinct().Count());
            for (int i = 0; i < expected.Count; i++)
            {
                RankedPlan actual = result.Ranked[i];
                string at = $"seed {seed}, {request.Objective}, rank {i}: {actual.Plan} instead of {expected[i].Plan}";
                Assert.True(byPlan.TryGetValue(actual.Plan, out WideOracle.Result? known), at);
                Near(expected[i].Score(request.Objective), actual.Score, at);
                Near(expected[i].Ms, actual.Latency.Value, at);
                Assert.True((expected[i].Bytes, expected[i].BytesTotal) == (actual.Bytes.Value, actual.Cost.BytesTotal.Value), at);
                Near(known.Ms, actual.Latency.Value, at);
                Near(known.Loss, actual.AccuracyLoss, at);
                Near(known.Period, actual.Cost.Period.Value, at);
                Near(known.Joules!.Value, actual.Cost.Energy!.Value, at);
                Near(known.Price!.Value, actual.Cost.Price!.Value, at);
                Assert.Equal(actual.IsSummed, request.Segments == SegmentTimes.Blocks && IsSummed(actual.Plan, request.Choosing(actual.Plan.Model).Profile));
            }

            compared += expected.Count;
        }

        Assert.True(compared > 2000, $"Only {compared} plans were compared: the generator makes too many empty cases.");
    }

    [Fact]
    public void Plan_RandomFleets_ParetoSetIsThatOfAllPairs()
    {
        int points = 0;
        for (int seed = 0; seed < Rounds / 2; seed++)
        {
            PlanningRequest request = RandomFleets.Request(seed, maxCuts: 3) with { Top = 1 };
            List<WideOracle.Result> all = WideOracle.All(request);
            if (all.Count == 0) continue;
            Dictionary<Plan, double[]> costs = all.ToDictionary(r => r.Plan, r => r.In(request.ParetoAxes));
            List<double[]> found = [.. Planner.Plan(request).Pareto.Select(r => costs[r.Plan])];
            Assert.All(found, f => Assert.DoesNotContain(costs.Values, c => WideOracle.Beats(c, f)));
            Assert.All(costs.Values, c => Assert.Contains(found, f => WideOracle.IsAsGood(f, c)));
            // Of plans that are equal in all of this, one is enough.
            Assert.Equal(found.Count, found.Select(f => string.Join(' ', f)).Distinct().Count());
            points += found.Count;
        }

        Assert.True(points > 800, $"Only {points} points were compared.");
    }

    [Fact]
    public void Session_RandomChanges_AnswersAsFromScratch()
    {
        int answered = 0;
        for (int seed = 0; seed < Rounds / 4; seed++)
        {
            PlanningRequest request = RandomFleets.Request(seed) with { Links = [], WithPareto = false };
            Random random = new(seed);
            PlanSession session = new();
            for (int change = 0; change < 12; change++)
            {
                PlanningRequest now = change == 0 ? request : RandomFleets.Changed(request, random);
                // Often only one thing changes.
                if (change % 3 == 1) now = now with { Ratios = request.Ratios, Queues = request.Queues, Links = [.. now.Links.Take(1)] };
                RankedPlan? expected = Planner.Best(now);
                RankedPlan? actual = session.Best(now);
                Assert.Equal(expected, actual);
                if (expected is not null) answered++;
            }

            Assert.Equal(1, session.Layouts);
        }

        Assert.True(answered > 1000, $"Only {answered} questions had an answer.");
    }

    [Fact]
    public void Session_AnotherQuestion_IsLaidOutAgain()
    {
        PlanningRequest request = new(SmallProfile.Create());
        PlanSession session = new();
        Assert.Equal(Planner.Best(request), session.Best(request));
        PlanningRequest other = request with { Objective = Objective.Traffic };
        Assert.Equal(Planner.Best(other), session.Best(other));
        PlanningRequest more = other with { Links = [new("cloud", "device", new(1), new(1e6), true)] };
        Assert.Equal(Planner.Best(more), session.Best(more));
        Assert.Equal(3, session.Layouts);
    }

    [Fact]
    public void Plan_Throughput_IsTheLongestStageComputedByHand()
    {
        PlanningResult result = Planner.Plan(new PlanningRequest(SmallProfile.Create()) { Objective = Objective.Throughput });
        // jpeg → cloud: encode 3 on the device; 5000·8/1 Mbit/s = 40 on the link; decode 1 + 10 on the cloud. c01 → cloud: 2 + 40 + 0.5 on the device.
        Assert.Equal("jpeg:75 → cloud", result.Winner.Plan.Describe());
        Assert.Equal(40, result.Winner.Cost.Period.Value, 1e-9);
        Assert.Equal(result.Winner.Score, result.Winner.Cost.Period.Value, 1e-9);
        Assert.Contains("less between answers", result.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_EnergyAndPrice_AreTheSumsComputedByHand()
    {
        Profile profile = Priced(SmallProfile.Create());
        PlanningRequest request = new(profile) { Objective = Objective.Energy, Top = 100 };
        RankedPlan plan = Planner.Plan(request).Ranked.Single(r => r.Plan.Describe() == "jpeg:75 → cloud");
        // Device: 3 ms busy at 5 W and 72 ms idle at 1 W; cloud: 11 ms at 100 W; 5000 bytes at 1 µJ.
        Assert.Equal(0.015 + 0.072 + 1.1 + 0.005, plan.Cost.Energy!.Value, 1e-9);
        // Cloud: 11 ms of 3.6 an hour; 5000 bytes of 90 a gigabyte; the device is free.
        Assert.Equal((11 * 1e-6) + (5000 * 9e-8), plan.Cost.Price!.Value, 1e-12);
    }

    [Theory]
    [InlineData("energy", "node 'cloud' has no power")]
    [InlineData("price", "node 'cloud' has no pricePerHour")]
    [InlineData("weighted:ms=1,J=1", "node 'cloud' has no power")]
    public void Plan_NumberIsMissing_NamesNodeAndMember(string objective, string missing)
    {
        Profile profile = Priced(SmallProfile.Create());
        profile = profile with { Nodes = [profile.Nodes[0], profile.Nodes[1] with { Power = null, PricePerHour = null }] };
        PlanningRequest request = new(profile) { Objective = Objective.Parse(objective) };
        Assert.Contains(missing, Assert.Throws<IsthmusException>(() => Planner.Plan(request)).Message, StringComparison.Ordinal);
        // What may not be used need not be known.
        Assert.Equal("device", Planner.Plan(request with { Constraints = new() { ForbiddenNodes = ["cloud"] } }).Winner.Plan.Describe());
    }

    [Fact]
    public void Plan_LinkWithoutPrice_NamesTheLink()
    {
        Profile profile = Priced(SmallProfile.Create());
        profile = profile with { Links = [profile.Links[0] with { PricePerGigabyte = null }] };
        IsthmusException error = Assert.Throws<IsthmusException>(() => Planner.Plan(new PlanningRequest(profile) { ParetoAxes = ParetoAxes.Default | ParetoAxes.Price }));
        Assert.Contains("link 'device-cloud' has no pricePerGigabyte", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_SeveralDevices_SaysWhich()
    {
        Profile profile = SmallProfile.Create();
        NodeProfile phone = profile.Nodes[0] with { Name = "phone", Segments = [.. profile.Nodes[0].Segments.Select(s => s with { Timing = new(s.Timing.P50 * 2, s.Timing.P95, 1) })] };
        profile = profile with { Nodes = [.. profile.Nodes, phone], Links = [.. profile.Links, profile.Links[0] with { From = "phone", Bandwidth = new(100e6) }] };
        PlanningResult result = Planner.Plan(new PlanningRequest(profile));
        Assert.Equal("phone → jpeg:75 → cloud", result.Winner.Plan.Describe());
        Assert.Equal("phone", result.Winner.Plan.Device);
        Assert.Contains("the picture as jpeg:75 from phone to cloud", result.Why, StringComparison.Ordinal);
        Assert.All(Planner.Plan(new PlanningRequest(profile) { Device = "device", Top = 100 }).Ranked, r => Assert.Equal("device", r.Plan.Device));
        Plan loaded = PlanFile.Parse(PlanFile.Serialize(result.Winner.Plan));
        Assert.Equal(result.Winner.Plan, loaded);
        PlanRules.Check(loaded, ProfileIndex.Of(profile));
        Assert.Throws<IsthmusException>(() => PlanRules.Check(loaded with { Device = null }, ProfileIndex.Of(profile)));
        Assert.Throws<IsthmusException>(() => PlanRules.Check(loaded with { Device = "cloud" }, ProfileIndex.Of(profile)));
        Assert.Throws<IsthmusException>(() => Planner.Plan(new PlanningRequest(profile) { Device = "cloud" }));
    }

    [Fact]
    public void Plan_SegmentSummedFromBlocks_SaysSo()
    {
        Profile profile = SmallProfile.Create();
        NodeProfile device = profile.Nodes[0] with { Segments = [Segment(null, "c00", 20), Segment("c00", "c01", 21), Segment("c01", null, 61)] };
        profile = profile with { Nodes = [device, profile.Nodes[1]] };
        PlanningRequest request = new(profile) { Space = new Scission().Space with { Codecs = null, Nodes = ["device", "cloud"], Cuts = ["c01"], MinCuts = 1 } };
        Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request));
        PlanningResult result = Planner.Plan(request with { Segments = SegmentTimes.Blocks, Ratios = [new("device", 2)] });
        Assert.Equal(2 * 41, result.Winner.Cost.Head.Value, 1e-9);
        Assert.True(result.Winner.IsSummed);
        Assert.EndsWith("input…c01 on device: the time is summed from blocks, not measured as a whole.", result.Why, StringComparison.Ordinal);

        static SegmentTiming Segment(string? from, string? to, double ms) => new(from, to, new(new(ms), new(ms), 10));
    }

    [Fact]
    public void Plan_Variants_ChoosesTheNetworkToo()
    {
        Profile large = SmallProfile.Create();
        Profile small = large with
        {
            Model = Core.Graphs.ModelHash.Of("smaller"u8),
            ModelName = "smaller.onnx",
            Nodes = [.. large.Nodes.Select(n => n with { Segments = [.. n.Segments.Select(s => s with { Timing = new(s.Timing.P50 * 0.1, s.Timing.P95, 1) })] })],
        };
        PlanningRequest request = new(large);
        request = request with { Variants = [new(request.Index, 0), new(ProfileIndex.Of(small), 0.03)] };
        PlanningResult result = Planner.Plan(request);
        Assert.Equal((small.Model, 0.03), (result.Winner.Plan.Model, result.Winner.AccuracyLoss));
        Assert.StartsWith("Of 2 networks smaller.onnx. Not splitting: the whole network on device", result.Why, StringComparison.Ordinal);
        Assert.Equal(large.Model, Planner.Plan(request with { Constraints = new() { MaxAccuracyLoss = 0.025 } }).Winner.Plan.Model);
    }

    [Fact]
    public void Plan_VariantsThatDoNotFit_AreRefused()
    {
        Profile profile = SmallProfile.Create();
        PlanningRequest request = new(profile);
        ProfileIndex other = ProfileIndex.Of(profile with { Model = Core.Graphs.ModelHash.Of("other"u8), Nodes = [profile.Nodes[0], profile.Nodes[1] with { Name = "moon" }], Links = [] });
        Refused([new(request.Index, 0), new(other, 0)], "not of the same nodes");
        Refused([new(request.Index, 0), new(request.Index, 0)], "same network");
        Refused([new(request.Index, 2)], "share from 0 to 1");
        Refused([new(ProfileIndex.Of(profile), 0)], "not among the variants");

        void Refused(ImmutableArray<PlanVariant> variants, string reason) =>
            Assert.Contains(reason, Assert.Throws<IsthmusException>(() => Planner.Plan(request with { Variants = variants })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_UpperEndOfTheLoss_CountsTheIntervalWhereThereIsOne()
    {
        Profile profile = SmallProfile.Create();
        CodecProfile codec = profile.Cuts[1].Codecs[1] with { Accuracy = new(0.02, 0, 0.07, 0.98) };
        profile = profile with { Cuts = [profile.Cuts[0], profile.Cuts[1] with { Codecs = [profile.Cuts[1].Codecs[0], codec] }] };
        PlanningRequest request = new(profile) { Constraints = new() { MaxAccuracyLoss = 0.05 } };
        Assert.Equal("device → c01 huffman:4 → cloud", Planner.Plan(request).Winner.Plan.Describe());
        Assert.Equal("jpeg:75 → cloud", Planner.Plan(request with { Loss = LossEstimate.UpperEnd }).Winner.Plan.Describe());
        PlanningResult result = Planner.Plan(request with { Loss = LossEstimate.UpperEnd, Constraints = Constraints.None });
        Assert.Equal(0.07, result.Winner.AccuracyLoss, 1e-12);
        Assert.Equal(CodecSpec.Huffman(4), result.Winner.Plan.Segments[0].Codec);
    }

    private static Profile Priced(Profile profile) => profile with
    {
        Nodes = [profile.Nodes[0] with { Power = new(5, 1), PricePerHour = 0 }, profile.Nodes[1] with { Power = new(100, 50), PricePerHour = 3.6 }],
        Links = [profile.Links[0] with { JoulesPerByte = 1e-6, PricePerGigabyte = 90 }],
    };

    private static bool IsSummed(Plan plan, Profile profile) =>
        plan.Segments.Any(s => !profile.Nodes.Single(n => n.Name == s.Node).Segments.Any(t => t.From == s.From && t.To == s.To));

    private static void Near(double expected, double actual, string at) => Assert.True(Math.Abs(expected - actual) < 1e-6, $"{at}: {actual} instead of {expected}");
}
