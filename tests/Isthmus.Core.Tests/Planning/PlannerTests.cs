using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Tests.Planning;

public sealed class PlannerTests
{
    private const int Rounds = 400;
    private static readonly double[] Rates = [50e3, 200e3, 1e6, 3e6, 10e6, 50e6, 1e9];

    [Fact]
    public void Plan_RandomProfiles_RanksAsBruteForceDoes()
    {
        int compared = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Profile profile = RandomProfiles.Create(seed);
            PlanningRequest request = Request(profile, seed);
            List<PlanOracle.Result> all = PlanOracle.All(profile, request.Space, request.Constraints);
            if (all.Count == 0)
            {
                Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request));
                continue;
            }

            PlanningResult result = Planner.Plan(request);
            List<PlanOracle.Result> expected = [.. all.OrderBy(r => r.Score(request.Objective)).ThenBy(r => r.Ms).ThenBy(r => r.Bytes).Take(request.Top)];
            Assert.Equal(expected.Count, result.Ranked.Length);
            Assert.Equal(result.Ranked.Length, result.Ranked.Select(r => r.Plan).Distinct().Count());
            Dictionary<Plan, PlanOracle.Result> byPlan = all.ToDictionary(r => r.Plan);
            for (int i = 0; i < expected.Count; i++)
            {
                RankedPlan actual = result.Ranked[i];
                Assert.Equal(expected[i].Score(request.Objective), actual.Score, 1e-6);
                Assert.Equal(expected[i].Ms, actual.Latency.Value, 1e-6);
                Assert.True(byPlan.TryGetValue(actual.Plan, out PlanOracle.Result? known), $"seed {seed}: {actual.Plan} is not a plan of the space.");
                Assert.Equal(known.Ms, actual.Latency.Value, 1e-6);
                Assert.Equal((known.Bytes, known.BytesTotal), (actual.Bytes.Value, actual.Cost.BytesTotal.Value));
                Assert.Equal(known.Loss, actual.AccuracyLoss, 1e-9);
            }

            compared += expected.Count;
        }

        Assert.True(compared > 1000, $"Only {compared} plans were compared: the generator makes too many empty cases.");
    }

    [Fact]
    public void Plan_RandomProfiles_ParetoSetIsThatOfAllPairs()
    {
        int points = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, maxCuts: 7, gaps: 0.04);
            PlanningRequest request = seed % 3 == 0 ? Request(profile, seed) : new(profile);
            List<PlanOracle.Result> all = PlanOracle.All(profile, request.Space, request.Constraints);
            if (all.Count == 0) continue;
            (double, long, double)[] expected = [.. PlanOracle.Pareto(Rounded(all)).Select(r => (r.Ms, r.Bytes, r.Loss)).Distinct().Order()];
            PlanningResult result = Planner.Plan(request);
            // Sums in another order differ in their last bits; what is equal but for those is one point.
            List<PlanOracle.Result> found = [.. result.Pareto.Select(r => new PlanOracle.Result(r.Plan, r.Latency.Value, r.Bytes.Value, 0, r.AccuracyLoss))];
            (double, long, double)[] actual = [.. PlanOracle.Pareto(Rounded(found)).Select(r => (r.Ms, r.Bytes, r.Loss)).Distinct().Order()];
            Assert.Equal(expected, actual);
            Assert.True(result.Pareto.Length <= actual.Length + 2);
            points += actual.Length;
        }

        Assert.True(points > 800, $"Only {points} points were compared.");
    }

    [Fact]
    public void Plan_RandomProfiles_MarginIsAgainstTheBestPlanOnOneNode()
    {
        for (int seed = 0; seed < Rounds; seed++)
        {
            Profile profile = RandomProfiles.Create(seed);
            PlanningRequest request = Request(profile, seed) with { Space = SearchSpace.All };
            List<PlanOracle.Result> all = PlanOracle.All(profile, null, request.Constraints);
            if (all.Count == 0) continue;
            PlanningResult result = Planner.Plan(request);
            double? best = all.Where(r => r.Plan.IsSingleNode).Select(r => (double?)r.Score(request.Objective)).Min();
            Assert.Equal(best is null, result.MarginOverBestSingleTier is null);
            if (best is null) continue;
            Assert.True(result.MarginOverBestSingleTier!.Against.Plan.IsSingleNode);
            Assert.Equal(best.Value, result.MarginOverBestSingleTier.Against.Score, 1e-6);
            Assert.True(result.MarginOverBestSingleTier.Percent >= -1e-6, "Not to split is a candidate, so the winner is never worse.");
        }
    }

    [Fact]
    public void Plan_LessBandwidth_NeverSendsMore()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, maxEdges: 1, maxClouds: 0, gaps: 0);
            if (profile.Nodes.Length < 2) continue;
            PlanningRequest request = new(profile);
            long before = -1;
            foreach (double rate in Rates)
            {
                PlanningResult result = Planner.Plan(request with { Links = [new("device", profile.Nodes[1].Name, new(20), new(rate), true)] });
                Assert.True(result.Winner.Bytes.Value >= before, $"seed {seed}: at {rate} bit/s {result.Winner.Bytes} leave, and {before} B at the rate below.");
                before = result.Winner.Bytes.Value;
            }
        }
    }

    [Fact]
    public void Plan_AnyMethod_IsNoBetterThanTheWholeSpace()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Profile profile = RandomProfiles.Create(seed);
            PlanningRequest request = new(profile) { Objective = RandomProfiles.Objective(seed), WithPareto = false };
            double? all = Score(request);
            foreach (IPlanningMethod method in PlanningMethods.All)
            {
                if (Score(request with { Space = method.Space }) is { } score)
                    Assert.True(score >= all - 1e-9, $"seed {seed}: {method.Name} reaches {score}, everything reaches {all}.");
            }
        }

        static double? Score(PlanningRequest request)
        {
            try
            {
                return Planner.Plan(request).Winner.Score;
            }
            catch (InfeasiblePlanException)
            {
                return null;
            }
        }
    }

    [Fact]
    public void Plan_OtherLinks_PlansAsIfProfiledWithThem()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, gaps: 0);
            ImmutableArray<LinkProfile> links = [.. profile.Links.Select((l, i) => l with { Bandwidth = new(1e5 * (i + 1)), RoundTrip = new(i) })];
            PlanningResult replanned = Planner.Plan(new PlanningRequest(profile) { Links = links });
            PlanningResult planned = Planner.Plan(new PlanningRequest(profile with { Links = links }));
            Assert.Equal(planned.Ranked, replanned.Ranked);
        }
    }

    [Fact]
    public void Plan_SlowerNode_CostsWhatItsComputingCostsTimesTheRatio()
    {
        Profile profile = SmallProfile.Create();
        PlanningRequest request = new(profile) { Space = new CloudOnly().Space.Narrow(new() { Inputs = [InputEncoding.Jpeg(75)] }) };
        PlanCost before = Planner.Plan(request).Winner.Cost;
        PlanCost after = Planner.Plan(request with { Ratios = [new("cloud", 3)], Queues = ImmutableDictionary<string, Milliseconds>.Empty.Add("cloud", new(7)) }).Winner.Cost;
        Assert.Equal(before.Total.Value + (2 * (before.Tail.Value + before.Decode.Value)) + 7, after.Total.Value, 1e-9);
        Assert.Equal((before.Encode, before.Send, before.Overhead), (after.Encode, after.Send, after.Overhead));
    }

    [Fact]
    public void Plan_SmallProfile_IsThePlanComputedByHand()
    {
        PlanningResult result = Planner.Plan(new PlanningRequest(SmallProfile.Create()));

        // device-only: 2 + 100 = 102.
        // jpeg → cloud: encode 3 + send (10 + 5000·8/1 Mbit/s = 40) + decode 1 + 10 + return 10 + overhead 1 = 75.
        // c00 huffman:4 → cloud: decode 2 + head 20 + encode 1 + send (10 + 8000·8/1 Mbit/s = 64) + unpack 0.5 + tail 8 + return 10 + overhead 1 = 116.5.
        // c01 huffman:4 → cloud: decode 2 + head 40 + encode 0.5 + send (10 + 1000·8/1 Mbit/s = 8) + unpack 0.25 + tail 3 + return 10 + overhead 1 = 74.75.
        Assert.Equal("device → c01 huffman:4 → cloud", result.Winner.Plan.Describe());
        Assert.Equal(
            new PlanCost(new(2), new(40), new(0.5), new(18), new(0), new(0.25), new(0), new(0), new(0), new(3), new(10), new(1), new(1000), new(1000)) { Period = new(42.5) },
            result.Winner.Cost);
        Assert.Equal(74.75, result.Winner.Latency.Value, 1e-9);
        Assert.Equal(["device → c01 huffman:4 → cloud", "jpeg:75 → cloud", "device"], result.Ranked.Select(r => r.Plan.Describe()).Where(d => !d.Contains("raw", StringComparison.Ordinal)).Take(3));
        Assert.Equal("jpeg:75 → cloud", result.MarginOverBestSingleTier!.Against.Plan.Describe());
        Assert.Equal(0.25, result.MarginOverBestSingleTier.Saved.Value, 1e-9);
        Assert.Equal(0.25 / 75 * 100, result.MarginOverBestSingleTier.Percent, 1e-9);
        Assert.Equal(
            "Splitting: 50 % of the work on device up to c01, sent on as huffman:4, then the rest on cloud, takes 74.8 ms and sends 1.0 kB"
            + ": 0.25 ms (0.3 %) faster than the best plan on one node, jpeg:75 → cloud (75.0 ms and 5.0 kB). On the images of the profile, at most 2 % of the answers change.",
            result.Why);
    }

    [Fact]
    public void Plan_FastLink_DoesNotSplitAndSaysWhatTheBestSplitCosts()
    {
        PlanningResult result = Planner.Plan(new PlanningRequest(SmallProfile.Create()) { Links = [new("device", "cloud", new(20), new(100e6), true)] });
        Assert.Equal("jpeg:75 → cloud", result.Winner.Plan.Describe());
        Assert.NotNull(result.BestSplit);
        Assert.StartsWith("Not splitting: the picture as jpeg:75 to cloud, which runs the whole network, takes 35.4 ms", result.Why, StringComparison.Ordinal);
        Assert.Contains("faster than the best split, device → c00 huffman:4 → cloud", result.Why, StringComparison.Ordinal);
        Assert.Equal(0, result.MarginOverBestSingleTier!.Saved.Value, 1e-9);
    }

    [Fact]
    public void Plan_PrivateInput_ComputesOnTheDeviceFirst()
    {
        PlanningRequest request = new(SmallProfile.Create()) { Constraints = new() { KeepInputOnDevice = true, ForbiddenNodes = [] }, Top = 100 };
        Assert.All(Planner.Plan(request).Ranked, r => Assert.Equal(Tier.Device, r.Plan.Segments[0].Tier));
    }

    [Fact]
    public void Plan_PrivateInputAndCutWithoutWork_IsNotOfferedThatCut()
    {
        Profile profile = SmallProfile.Create();
        profile = profile with { Cuts = [profile.Cuts[0] with { MacShare = 0 }, profile.Cuts[1]] };
        PlanningRequest request = new(profile) { Constraints = new() { KeepInputOnDevice = true }, Top = 100 };
        Assert.DoesNotContain("c00", Planner.Plan(request).Ranked.SelectMany(r => r.Plan.Cuts));
    }

    [Fact]
    public void Plan_TooFewBytesAllowed_NamesTheOptionAndItsValue()
    {
        PlanningRequest request = new(SmallProfile.Create())
        {
            Constraints = new() { MaxBytes = new(500), Tiers = [Tier.Cloud] },
        };
        InfeasiblePlanException error = Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request));
        Assert.Equal("No plan satisfies the constraints: allow --max-bytes 5000, or add device to --tiers.", error.Message);
        Assert.Equal([5000.0, null], error.Relaxations.Select(r => r.Changes[0].Value));
    }

    [Fact]
    public void Plan_SegmentNotMeasured_IsNotPlanned()
    {
        Profile profile = SmallProfile.Create();
        NodeProfile device = profile.Nodes[0] with { Segments = [.. profile.Nodes[0].Segments.Where(s => s.To != "c01")] };
        PlanningResult result = Planner.Plan(new PlanningRequest(profile with { Nodes = [device, profile.Nodes[1]] }) { Top = 100 });
        Assert.DoesNotContain("c01", result.Ranked.SelectMany(r => r.Plan.Cuts));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1001)]
    public void Plan_TopOutOfRange_IsRefused(int top) =>
        Assert.Throws<IsthmusException>(() => Planner.Plan(new PlanningRequest(SmallProfile.Create()) { Top = top }));

    [Fact]
    public void Plan_UnknownNames_AreRefused()
    {
        PlanningRequest request = new(SmallProfile.Create());
        Assert.Throws<IsthmusException>(() => Planner.Plan(request with { Constraints = new() { ForbiddenNodes = ["mars"] } }));
        Assert.Throws<IsthmusException>(() => Planner.Plan(request with { Space = new() { Cuts = ["c99"] } }));
        Assert.Throws<IsthmusException>(() => Planner.Plan(request with { Links = [new("device", "mars", new(1), new(1e6), false)] }));
        Assert.Throws<IsthmusException>(() => Planner.Plan(request with { Links = [new("device", "cloud", new(1), new(double.NaN), false)] }));
        Assert.Throws<IsthmusException>(() => Planner.Plan(request with { Ratios = [new("cloud", 0)] }));
    }

    [Fact]
    public void Methods_OnTheSmallProfile_ChooseWhatTheyCan()
    {
        PlanningRequest request = new(SmallProfile.Create());
        Assert.Equal("device", Best("device-only").Describe());
        Assert.Equal("jpeg:75 → cloud", Best("cloud-only").Describe());
        Assert.Equal("device", Best("neurosurgeon").Describe());
        Assert.Equal("device → c01 huffman:4 → cloud", Best("jalad").Describe());
        Assert.Throws<InfeasiblePlanException>(() => Best("edge-only"));

        Plan Best(string method) => Planner.Plan(request with { Space = PlanningMethods.Get(method).Space }).Winner.Plan;
    }

    [Fact]
    public void CostOf_APlanThatNeedsWhatWasNotMeasured_NamesIt()
    {
        ProfileIndex index = ProfileIndex.Of(SmallProfile.Create());
        Plan plan = new(index.Profile.Model, InputEncoding.Local, [new("device", Tier.Device, null, "c01", CodecSpec.Half), new("cloud", Tier.Cloud, "c01", null, null)]);
        IsthmusException error = Assert.Throws<IsthmusException>(() => new CostModel(index).Cost(plan));
        Assert.Contains("the codec half at c01", error.Message, StringComparison.Ordinal);
    }

    // Random constraints and spaces, but not always: without any, everything must be found too.
    private static PlanningRequest Request(Profile profile, int seed) => new(profile)
    {
        Objective = RandomProfiles.Objective(seed),
        Constraints = seed % 2 == 0 ? RandomProfiles.Constraints(seed, profile) : Constraints.None,
        Space = seed % 3 == 0 ? RandomProfiles.Space(seed, profile) : SearchSpace.All,
        Top = 1 + (seed % 25),
    };

    private static List<PlanOracle.Result> Rounded(IEnumerable<PlanOracle.Result> results) =>
        [.. results.Select(r => r with { Ms = Math.Round(r.Ms, 6), Loss = Math.Round(r.Loss, 9) })];
}
