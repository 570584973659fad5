using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Planning;

public sealed class JaladTests
{
    private const int Rounds = 300;

    [Theory]
    [InlineData("jalad")]
    [InlineData("jalad-paper")]
    public void Plan_RandomInstances_SolvesTheIntegerProgram(string name)
    {
        IPlanningMethod method = PlanningMethods.Get(name);
        bool everything = method.Terms == CostTerms.Everything;
        HashSet<string> kinds = [];
        for (int seed = 0; seed < Rounds; seed++)
        {
            Random random = new(seed);
            Profile profile = Instance(random);
            double budget = random.Next(5) / 20.0;
            (double Value, List<JaladProgram.Variable> Chosen)? expected = JaladProgram.Solve(JaladProgram.Variables(profile, everything), budget);
            PlanningRequest request = new(everything || random.Next(2) == 0 ? profile : OnlySegments(profile))
            {
                Space = method.Space,
                Terms = method.Terms,
                Constraints = new() { MaxAccuracyLoss = budget },
            };
            Assert.NotNull(expected);
            RankedPlan winner = Planner.Plan(request).Winner;
            Assert.Equal(expected.Value.Value, winner.Latency.Value, 1e-6);
            (int cut, int bits) = Chosen(winner.Plan, profile);
            Assert.Contains(expected.Value.Chosen, v => v.Cut == cut && v.Bits == bits);
            kinds.Add(cut == 0 ? "upload" : cut > profile.Cuts.Length ? "all at the edge" : "decoupled");
        }

        Assert.Equal(3, kinds.Count);
    }

    [Theory]
    [InlineData("jalad")]
    [InlineData("jalad-paper")]
    public void Plan_NothingWithinTheBudget_IsInfeasibleAsTheProgramIs(string name)
    {
        IPlanningMethod method = PlanningMethods.Get(name);
        Profile profile = SmallProfile.Create();
        PlanningRequest request = new(profile)
        {
            Space = method.Space,
            Terms = method.Terms,
            Constraints = new() { MaxAccuracyLoss = 0.005, ForbiddenNodes = ["device"] },
        };
        // Without the device only the upload is left, whose loss is none.
        Assert.Equal("file → cloud", Planner.Plan(request).Winner.Plan.Describe());
        Profile lossy = profile with { Inputs = [.. profile.Inputs.Select(i => i with { AccuracyLoss = 0.5 })] };
        Assert.Null(JaladProgram.Solve([.. JaladProgram.Variables(lossy, method.Terms == CostTerms.Everything).Where(v => v.Cut == 0)], 0.005));
        PlanningRequest impossible = new(lossy) { Space = method.Space, Terms = method.Terms, Constraints = request.Constraints };
        Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(impossible));
    }

    // Three tiers, several nodes, gaps: the paper's cost as a plain sum over every plan of the method's space.
    [Fact]
    public void Plan_PaperCostOnRandomProfiles_RanksAsBruteForceDoes()
    {
        JaladPaper method = new();
        int compared = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            Profile profile = RandomProfiles.Create(seed);
            SearchSpace space = seed % 2 == 0 ? method.Space : RandomProfiles.Space(seed, profile);
            Constraints constraints = RandomProfiles.Constraints(seed, profile);
            PlanningRequest request = new(profile) { Space = space, Terms = method.Terms, Constraints = constraints };
            double[] expected = [.. PlanOracle.All(profile, space, constraints, CostTerms.ComputingAndTransfer).Select(r => r.Ms).Order().Take(request.Top)];
            if (expected.Length == 0)
            {
                Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request));
                continue;
            }

            PlanningResult result = Planner.Plan(request);
            Assert.Equal(expected.Length, result.Ranked.Length);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], result.Ranked[i].Latency.Value, 1e-6);
            compared += expected.Length;
        }

        Assert.True(compared > 500, $"Only {compared} plans were compared.");
    }

    [Fact]
    public void Plan_PaperCost_CountsSegmentsAndTransferOnly()
    {
        JaladPaper method = new();
        PlanningResult result = Planner.Plan(new PlanningRequest(SmallProfile.Create()) { Space = method.Space, Terms = method.Terms, Constraints = new() { MaxAccuracyLoss = 0.02 } });
        // 40 ms head, 1000 bytes at 1 Mbit/s, 3 ms tail.
        Assert.Equal("device → c01 huffman:4 → cloud", result.Winner.Plan.Describe());
        Assert.Equal(40 + 8 + 3, result.Winner.Latency.Value, 1e-9);
        Assert.Contains("encoding, decoding and round-trip times are not", result.Why, StringComparison.Ordinal);
        // What it takes in truth: 2 ms to decode the picture, 0.5 + 0.25 for the codec, 20 for the round trip, 1 of overhead.
        Assert.Equal(51 + 2 + 0.75 + 20 + 1, CostModel.Of(new PlanningRequest(SmallProfile.Create())).Cost(result.Winner.Plan).Total.Value, 1e-9);
    }

    private static (int Cut, int Bits) Chosen(Plan plan, Profile profile)
    {
        if (plan.IsSingleNode) return (plan.Segments[0].Tier == Tier.Device ? profile.Cuts.Length + 1 : 0, 0);
        return (profile.Cuts.IndexOf(profile.Cuts.Single(c => c.Id == plan.Segments[0].To)) + 1, plan.Segments[0].Codec!.Value.Parameter);
    }

    private static Profile OnlySegments(Profile profile) => profile with { Nodes = [.. profile.Nodes.Select(n => n with { Codecs = [], Inputs = [] })] };

    // Small whole numbers make ties.
    private static Profile Instance(Random random)
    {
        int scale = random.Next(2) == 0 ? 5 : 1000;
        int cuts = random.Next(5);
        int[] bits = [.. Enumerable.Range(1, 8).OrderBy(_ => random.Next()).Take(3).Order()];
        ImmutableArray<CutProfile> profiles = [.. Enumerable.Range(0, cuts).Select(i => new CutProfile(
            $"c{i}", [new($"t{i}", new TensorShape(100))], new(400), (i + 1.0) / (cuts + 1),
            [new(CodecSpec.Raw, new(1), 0, 1), .. bits.Select(c => new CodecProfile(CodecSpec.Huffman(c), new(random.Next(scale) * 10), random.Next(6) / 20.0, 1))]))];
        return new(
            Profile.CurrentVersion, ModelHash.Of("jalad"u8), "jalad.onnx", DateTimeOffset.UnixEpoch, "0", 1, random.Next(scale), profiles,
            [new(InputEncoding.File, new(random.Next(scale) * 20), random.Next(3) / 20.0, 1)],
            [Node("device", Tier.Device, 3), Node("cloud", random.Next(2) == 0 ? Tier.Edge : Tier.Cloud, 1)],
            [.. Links()]);

        Milliseconds Time() => new(random.Next(scale));

        IEnumerable<LinkProfile> Links()
        {
            yield return new("device", "cloud", Time(), new(8000 * (1 + random.Next(20))), false);
            if (random.Next(2) == 0) yield return new("cloud", "device", Time(), new(8000 * (1 + random.Next(20))), false);
        }

        NodeProfile Node(string name, Tier tier, int slowness)
        {
            string?[] places = [null, .. profiles.Select(c => c.Id), null];
            List<SegmentTiming> segments = [];
            for (int i = 0; i < places.Length - 1; i++)
            {
                for (int j = i + 1; j < places.Length; j++)
                {
                    Milliseconds time = Time() * slowness;
                    segments.Add(new(places[i], places[j], new(time, time, 1)));
                }
            }

            List<InputTiming> inputs = [new(InputEncoding.File, Time(), Time())];
            if (tier == Tier.Device) inputs.Add(new(InputEncoding.Local, Milliseconds.Zero, Time()));
            return new(
                name, tier, null, 1, "test", "test", 1, tier == Tier.Device ? Milliseconds.Zero : Time(), [.. segments],
                [.. profiles.SelectMany(c => c.Codecs.Select(k => new CodecTiming(c.Id, k.Codec, Time(), Time())))], [.. inputs]);
        }
    }
}
