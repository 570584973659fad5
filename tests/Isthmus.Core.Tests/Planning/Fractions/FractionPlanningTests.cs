using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Planning.Methods;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning.Fractions;

public sealed class FractionPlanningTests
{
    private const int Rounds = 120;

    [Fact]
    public void Plan_RandomProfilesWithCurves_IsNeverWorseThanAGrid()
    {
        int parts = 0, compared = 0;
        for (int seed = 0; seed < Rounds; seed++)
        {
            PlanningRequest request = Request(seed) with { Top = 1 };
            RankedPlan? winner = Planner.Best(request);
            int part = (int)Math.Round((winner?.Plan.Input.Fraction ?? 1) * 1000);
            List<WideOracle.Result> all = WideOracle.All(Expanded(request, [.. Enumerable.Range(1, 25).Select(i => i * 40), part]));
            if (winner is null)
            {
                Assert.Empty(all);
                continue;
            }

            string at = $"seed {seed}, {request.Objective}: {winner.Plan}";
            // Of all plans that satisfy the constraints it is one, costs what it is said to, and none is better.
            WideOracle.Result known = Assert.Single(all, r => r.Plan == winner.Plan);
            Assert.True(Math.Abs(known.Ms - winner.Latency.Value) < 1e-6 * Math.Max(1, known.Ms), at);
            Assert.True(known.Bytes == winner.Bytes.Value && Math.Abs(known.Loss - winner.AccuracyLoss) < 1e-9, at);
            double best = all.Min(r => r.Score(request.Objective));
            Assert.True(winner.Score <= best + (1e-6 * Math.Max(1, Math.Abs(best))), $"{at}: {winner.Score} instead of {best}");
            Assert.Equal(winner.Plan.Input.IsPartial && request.Choosing(winner.Plan.Model).Profile.Inputs.All(i => i.Encoding != winner.Plan.Input), winner.Curve is not null);
            compared++;
            if (winner.Curve is not null) parts++;
        }

        Assert.True(compared > Rounds / 2 && parts > Rounds / 20, $"{compared} plans were compared, {parts} of them with parts.");
    }

    [Fact]
    public void Plan_RandomProfilesWithCurves_RanksPlansThatDifferInMoreThanTheirPart()
    {
        for (int seed = 0; seed < Rounds / 2; seed++)
        {
            PlanningRequest request = Request(seed) with { Top = 8 };
            PlanningResult result;
            try
            {
                result = Planner.Plan(request);
            }
            catch (InfeasiblePlanException)
            {
                Assert.Null(Planner.Best(request));
                continue;
            }

            Assert.Equal(Planner.Best(request), result.Winner);
            Plan[] ranked = [.. result.Ranked.Select(r => OfCurve(r.Plan) ? r.Plan with { Input = r.Plan.Input.Whole } : r.Plan)];
            Assert.Equal(ranked.Length, ranked.Distinct().Count());
            Assert.All(result.Pareto, p => Assert.False(double.IsNaN(p.Score + p.AccuracyLoss + p.Latency.Value)));
            // Nothing in the set beats what was ranked, nor the other way round.
            Assert.All(result.Pareto, p => Assert.True(p.Score >= result.Winner.Score - (1e-6 * Math.Max(1, Math.Abs(p.Score)))));

            bool OfCurve(Plan plan) => request.Choosing(plan.Model).Profile.InputCurves.Any(c => c.Reference == plan.Input.Whole);
        }
    }

    [Fact]
    public void Session_LinksChange_AnswersAsFromScratch()
    {
        int different = 0;
        for (int seed = 0; seed < Rounds / 8; seed++)
        {
            PlanningRequest request = Request(seed) with { Links = [] };
            Random random = new(seed);
            PlanSession session = new();
            HashSet<InputEncoding> seen = [];
            for (int change = 0; change < 6; change++)
            {
                PlanningRequest now = RandomFleets.Changed(request, random);
                RankedPlan? expected = Planner.Best(now);
                Assert.Equal(expected, session.Best(now));
                if (expected is not null) seen.Add(expected.Plan.Input);
            }

            Assert.Equal(1, session.Layouts);
            different += seen.Count;
        }

        Assert.True(different > Rounds / 8);
    }

    [Fact]
    public void Best_AccuracyUnderADeadline_FollowsTheBandwidth()
    {
        PlanningRequest request = new(SmallCurveProfile.Create()) { Objective = Objective.Accuracy, Constraints = new() { MaxLatency = new(120), ForbiddenNodes = ["cloud"] }, Space = new Zhao().Space };
        PlanSession session = new();
        double before = 0;
        foreach (double rate in new[] { 0.3e6, 0.5e6, 0.8e6, 1.2e6, 1.6e6 })
        {
            RankedPlan plan = session.Best(request with { Links = [new("device", "edge", new(10), new(rate), true)] })!;
            Assert.True(plan.Latency.Value <= 120);
            Assert.True(plan.Plan.Input.Fraction > before, $"{plan.Plan} at {rate}");
            before = plan.Plan.Input.Fraction;
        }

        Assert.Equal(1, session.Layouts);
    }

    [Fact]
    public void Plan_FloorOfAccuracy_SendsTheSmallestPartThatKeepsIt()
    {
        Profile profile = SmallCurveProfile.Create();
        PlanningResult result = Planner.Plan(new(profile) { Constraints = new() { MaxAccuracyLoss = 0.08 }, Space = new Zhao().Space });
        double smallest = profile.InputCurves[0].Curve.Inverse(profile.InputCurves[0].Whole - 0.08)!.Value;
        Assert.Equal(Math.Ceiling(smallest * 1000) / 1000, result.Winner.Plan.Input.Fraction, 6);
        Assert.Equal("gompertz", result.Winner.Curve!.Kind);
        Assert.Contains("was not measured: it is on the gompertz curve of embedded", result.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_ZhaoWithoutCurves_SaysWhatMeasuresThem()
    {
        InfeasiblePlanException e = Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(new(SmallCurveProfile.Create() with { InputCurves = [] }) { Space = new Zhao().Space }));
        Assert.Contains("calibrate --input", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Plan_NoPlanInTime_NamesTheLeastThatIs()
    {
        PlanningRequest request = new(SmallCurveProfile.Create()) { Constraints = new() { MaxLatency = new(60), MaxAccuracyLoss = 0.05 }, Space = new Zhao().Space };
        Relaxation way = Assert.Throws<InfeasiblePlanException>(() => Planner.Plan(request)).Relaxations.First(r => r.Changes is [{ Constraint: RelaxableConstraint.MaxLatency }]);
        double least = way.Changes[0].Value!.Value;
        Assert.NotNull(Planner.Best(request with { Constraints = request.Constraints with { MaxLatency = new(least) } }));
        Assert.Null(Planner.Best(request with { Constraints = request.Constraints with { MaxLatency = new(least - 0.002) } }));
    }

    [Fact]
    public void Plan_PartOfThePictureAndACut_AreCombined()
    {
        Profile profile = SmallCurveProfile.Create();
        // The edge cannot finish, the cloud cannot be reached from the device: the picture's part goes to the edge, and the cut to the cloud.
        PlanningRequest request = new(profile) { Constraints = new() { MaxAccuracyLoss = 0.1, RequiredTiers = [Tier.Edge, Tier.Cloud] } };
        RankedPlan plan = Planner.Plan(request).Winner;
        Assert.Equal(["edge", "cloud"], plan.Plan.Segments.Select(s => s.Node));
        Assert.True(plan.Plan.Input.IsPartial);
        Assert.True(plan.AccuracyLoss <= 0.1);
    }

    [Theory]
    [InlineData("accuracy", 120.0)]
    [InlineData("latency", null)]
    [InlineData("weighted:loss=1,kB=0.01", null)]
    public void Explain_Bandwidths_HaveTheBestPlanInEachRegionWhateverItsPart(string objective, double? deadline)
    {
        PlanningRequest request = new(SmallCurveProfile.Create())
        {
            Objective = Objective.Parse(objective),
            Constraints = new() { MaxLatency = deadline is { } ms ? new(ms) : null, MaxAccuracyLoss = objective == "latency" ? 0.1 : null },
            Top = 3,
        };
        PlanExplanation explanation = PlanExplanation.Of(request, Planner.Plan(request), TestContext.Current.CancellationToken);
        Assert.All(explanation.Neighbours, n => Assert.True(n.Ranked is null || double.IsFinite(n.Ranked.Score)));
        foreach (BandwidthRegions link in explanation.Bandwidths)
        {
            Assert.True(link.Plannings < 400, $"{link.From}-{link.To}: {link.Plannings} plannings");
            Assert.Contains(link.Regions, r => r == link.Current);
            foreach (BandwidthRegion region in link.Regions.Where(r => !double.IsInfinity(r.High.Value)))
            {
                double rate = Math.Sqrt(region.Low.Value * region.High.Value);
                LinkProfile changed = request.Profile.Links.Single(l => l.From == link.From && l.To == link.To) with { Bandwidth = new(rate) };
                Plan? best = Planner.Best(request with { Links = [changed] })?.Plan;
                Assert.Equal(region.Plan is { } known ? known with { Input = known.Input.Whole } : null, best is null ? null : best with { Input = best.Input.Whole });
            }
        }
    }

    [Fact]
    public void Rank_AnyThousandth_IsKnown()
    {
        PlanningRequest request = new(SmallCurveProfile.Create());
        Plan whole = Planner.Plan(request with { Space = new() { MaxCuts = 0, Inputs = [InputEncoding.Embedded], Tiers = [Tier.Edge] } }).Winner.Plan;
        CostModel model = CostModel.Of(request);
        double before = double.PositiveInfinity;
        for (int t = 100; t <= 1000; t++)
        {
            RankedPlan part = model.Rank(whole with { Input = InputEncoding.Embedded.First(t / 1000.0) }, request.Objective);
            Assert.True(part.AccuracyLoss <= before);
            before = part.AccuracyLoss;
        }

        // Where nothing was measured below it, the curve is not believed.
        Assert.Throws<IsthmusException>(() => model.Rank(whole with { Input = InputEncoding.Embedded.First(0.04) }, request.Objective));
    }

    private static PlanningRequest Request(int seed)
    {
        Random random = new(seed + 5);
        PlanningRequest request = RandomFleets.Request(seed, maxCuts: 2) with { WithPareto = true };
        if (random.Next(3) == 0) request = request with { Space = request.Space with { OnlyCurves = true } };
        if (random.Next(3) == 0) request = request with { Objective = Objective.Weighted(random.NextDouble(), 0, perLoss: random.Next(300)) };
        if (request.Variants.IsEmpty) return Copy(request, new(RandomInputCurves.AddTo(request.Profile, random)));
        ImmutableArray<PlanVariant> variants = [.. request.Variants.Select(v => v with { Index = ProfileIndex.Of(RandomInputCurves.AddTo(v.Index.Profile, random)) })];
        return Copy(request, new(variants[0].Index) { Variants = variants });
    }

    private static PlanningRequest Expanded(PlanningRequest request, int[] thousandths)
    {
        // A form of which the profile had a curve is still one.
        PlanningRequest expanded;
        if (request.Variants.IsEmpty)
        {
            expanded = new(Expand(request.Profile));
        }
        else
        {
            ImmutableArray<PlanVariant> variants = [.. request.Variants.Select(v => v with { Index = ProfileIndex.Of(Expand(v.Index.Profile)) })];
            expanded = new(variants[0].Index) { Variants = variants };
        }

        return Copy(request, expanded) with { Space = request.Space with { OnlyCurves = false } };

        Profile Expand(Profile profile)
        {
            Profile all = RandomInputCurves.Expand(profile, thousandths);
            if (!request.Space.OnlyCurves) return all;
            HashSet<InputEncoding> forms = [.. profile.InputCurves.Select(c => c.Reference)], measured = [.. profile.InputCurves.SelectMany(c => c.Points.Select(p => p.Encoding))];
            bool Kept(InputEncoding e) => e.Kind == InputKind.Local || (forms.Contains(e.Whole) && (measured.Contains(e) || forms.Contains(e) || profile.Inputs.All(i => i.Encoding != e)));
            return all with { Inputs = [.. all.Inputs.Where(i => Kept(i.Encoding))], Nodes = [.. all.Nodes.Select(n => n with { Inputs = [.. n.Inputs.Where(i => Kept(i.Encoding))] })] };
        }
    }

    private static PlanningRequest Copy(PlanningRequest from, PlanningRequest to) => from.Variants.IsEmpty == to.Variants.IsEmpty ? to with
    {
        Objective = from.Objective,
        Constraints = from.Constraints,
        Space = from.Space,
        Top = from.Top,
        Segments = from.Segments,
        Loss = from.Loss,
        Terms = from.Terms,
        Device = from.Device,
        ParetoAxes = from.ParetoAxes,
        WithPareto = from.WithPareto,
        Links = from.Links,
        Ratios = from.Ratios,
        Queues = from.Queues,
    } : throw new InvalidOperationException();
}
