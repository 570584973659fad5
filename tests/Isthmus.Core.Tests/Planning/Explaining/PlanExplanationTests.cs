using System.Collections.Immutable;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning.Explaining;

public sealed class PlanExplanationTests
{
    private const int Rounds = 600;

    [Fact]
    public void Of_RandomProfiles_NeighboursCostWhatBruteForceSays()
    {
        int compared = 0, allowed = 0;
        foreach ((PlanningRequest request, PlanExplanation explanation) in Explained(Rounds, constrained: true))
        {
            RankedPlan winner = explanation.Result.Winner;
            Dictionary<Plan, PlanOracle.Result> measured = PlanOracle.All(request.Profile).ToDictionary(r => r.Plan);
            HashSet<Plan> candidates = [.. PlanOracle.All(request.Profile, request.Space, request.Constraints).Select(r => r.Plan)];
            Assert.Equal(explanation.Neighbours.Length, explanation.Neighbours.Select(n => n.Plan).Distinct().Count());
            foreach (PlanNeighbour neighbour in explanation.Neighbours)
            {
                Assert.NotEqual(winner.Plan, neighbour.Plan);
                Assert.Equal(measured.ContainsKey(neighbour.Plan), neighbour.Ranked is not null);
                Assert.Equal(candidates.Contains(neighbour.Plan), neighbour.IsAllowed);
                Assert.NotEqual("", neighbour.Why);
                if (neighbour.Ranked is null) continue;
                PlanOracle.Result expected = measured[neighbour.Plan];
                Assert.Equal(expected.Score(request.Objective), neighbour.Ranked.Score, 1e-6);
                Assert.Equal((expected.Bytes, expected.BytesTotal), (neighbour.Ranked.Bytes.Value, neighbour.Ranked.Cost.BytesTotal.Value));
                Assert.Equal(expected.Ms - winner.Latency.Value, neighbour.Differences.Sum(d => d.Difference.Value), 1e-6);
                if (neighbour.IsAllowed) Assert.True(neighbour.Ranked.Score >= winner.Score - 1e-9, $"{neighbour.Plan} is better than the best plan {winner.Plan}.");
                compared++;
                allowed += neighbour.IsAllowed ? 1 : 0;
            }
        }

        Assert.True(compared > 1000 && allowed > 500, $"{compared} were compared, {allowed} were allowed.");
    }

    [Fact]
    public void Of_RandomProfiles_ListsEveryMeasuredPlanThatDiffersInOneNodeOrInTheInput()
    {
        int found = 0;
        foreach ((PlanningRequest request, PlanExplanation explanation) in Explained(Rounds, constrained: true))
        {
            Plan winner = explanation.Result.Winner.Plan;
            HashSet<Plan> listed = [.. explanation.Neighbours.Select(n => n.Plan)];
            foreach (Plan plan in PlanOracle.All(request.Profile).Select(r => r.Plan))
            {
                if (plan == winner || plan.Segments.Length != winner.Segments.Length) continue;
                int nodes = plan.Segments.Zip(winner.Segments).Count(s => s.First.Node != s.Second.Node);
                bool sameTiers = plan.Segments.Zip(winner.Segments).All(s => s.First.Tier == s.Second.Tier);
                bool sameCuts = plan.Segments.Zip(winner.Segments).All(s => s.First.To == s.Second.To && s.First.Codec == s.Second.Codec);
                if (!sameTiers || !sameCuts || nodes + (plan.Input != winner.Input ? 1 : 0) != 1) continue;
                Assert.Contains(plan, listed);
                found++;
            }
        }

        Assert.True(found > 200, $"Only {found} such plans.");
    }

    [Fact]
    public void Of_RandomProfiles_ListsTheNearestMeasuredCutsAndSettings()
    {
        int cuts = 0, codecs = 0;
        foreach ((PlanningRequest request, PlanExplanation explanation) in Explained(Rounds, constrained: true))
        {
            Plan winner = explanation.Result.Winner.Plan;
            HashSet<Plan> listed = [.. explanation.Neighbours.Select(n => n.Plan)];
            List<string> order = [.. request.Profile.Cuts.Select(c => c.Id)];
            for (int s = 0; s < winner.Segments.Length - 1; s++)
            {
                PlacedSegment now = winner.Segments[s];
                int at = order.IndexOf(now.To!);
                // All that differs from the winner in nothing but this crossing.
                Plan[] alike = [.. PlanOracle.All(request.Profile).Select(r => r.Plan).Where(p => p != winner && p.Segments.Length == winner.Segments.Length
                    && p.Segments.SetItem(s, p.Segments[s] with { To = now.To, Codec = now.Codec }).SetItem(s + 1, p.Segments[s + 1] with { From = now.To }).SequenceEqual(winner.Segments) && p.Input == winner.Input)];
                Plan[] moved = [.. alike.Where(p => p.Segments[s].Codec == now.Codec)];
                Nearest(moved.Where(p => Place(p) < at).OrderByDescending(Place), ref cuts);
                Nearest(moved.Where(p => Place(p) > at).OrderBy(Place), ref cuts);
                Plan[] same = [.. alike.Where(p => p.Segments[s].To == now.To && p.Segments[s].Codec!.Value.Kind == now.Codec!.Value.Kind)];
                Nearest(same.Where(p => Bytes(p) < Bytes(winner)).OrderByDescending(Bytes), ref codecs);
                Nearest(same.Where(p => Bytes(p) > Bytes(winner)).OrderBy(Bytes), ref codecs);

                int Place(Plan p) => order.IndexOf(p.Segments[s].To!);
                long Bytes(Plan p) => request.Profile.Cuts.Single(c => c.Id == p.Segments[s].To).Codecs.Single(c => c.Codec == p.Segments[s].Codec).Bytes.Value;
            }

            void Nearest(IOrderedEnumerable<Plan> plans, ref int count)
            {
                if (plans.FirstOrDefault() is not { } nearest) return;
                Assert.Contains(nearest, listed);
                count++;
            }
        }

        Assert.True(cuts > 40 && codecs > 25, $"{cuts} cuts and {codecs} codecs.");
    }

    [Fact]
    public void Of_RandomProfiles_PricesEqualPlanningWithoutTheConstraint()
    {
        int binding = 0, free = 0, numbers = 0;
        foreach ((PlanningRequest request, PlanExplanation explanation) in Explained(Rounds, constrained: true))
        {
            double best = explanation.Result.Winner.Score;
            ImmutableArray<ActiveConstraint> active = ActiveConstraint.Of(request);
            Assert.Equal(active.Select(a => a.What), explanation.Prices.Select(p => p.What));
            foreach ((ActiveConstraint constraint, ConstraintPrice price) in active.Zip(explanation.Prices))
            {
                List<PlanOracle.Result> without = PlanOracle.All(request.Profile, request.Space, constraint.Without);
                double expected = best - without.Min(r => r.Score(request.Objective));
                Assert.Equal(expected, price.Price, 1e-6);
                Assert.Equal(expected > 1e-6, price.Binds);
                if (!price.Binds)
                {
                    free++;
                    continue;
                }

                binding++;
                Assert.NotEqual("", price.Advice);
                Assert.InRange(price.NextPrice, 1e-9, price.Price + 1e-9);
                if (constraint.Limit is not { } limit) continue;
                // The least that any better plan needs.
                CostModel model = CostModel.Of(request);
                double least = without.Where(r => r.Score(request.Objective) < best - 1e-7).Min(r => limit.Of(model.Rank(r.Plan, request.Objective)));
                Assert.Equal(least, price.RelaxTo!.Value, limit.Step);
                Assert.Equal(price.RelaxTo.Value, limit.Of(price.Next!), 1e-9);
                // With that number the planner does find it.
                RankedPlan relaxed = Planner.Plan(request with { Constraints = limit.With(price.RelaxTo.Value) }).Winner;
                Assert.Equal(price.Next!.Score, relaxed.Score, 1e-6);
                numbers++;
            }
        }

        Assert.True(binding > 80 && free > 150 && numbers > 20, $"{binding} bind, {free} cost nothing, {numbers} are numbers.");
    }

    [Fact]
    public void Of_RandomProfiles_RegionsHoldTheBestPlanAtAnyBandwidth()
    {
        int compared = 0, regions = 0;
        foreach ((PlanningRequest request, PlanExplanation explanation) in Explained(150, constrained: false))
        {
            Random random = new(compared);
            foreach (BandwidthRegions link in explanation.Bandwidths)
            {
                Assert.True(link.IsComplete);
                Assert.Equal(explanation.Result.Winner.Plan, link.Current.Plan);
                Assert.True(double.IsPositiveInfinity(link.Regions[^1].High.Value));
                Assert.All(link.Regions.Zip(link.Regions.Skip(1)), r => Assert.Equal(r.First.High, r.Second.Low));
                Assert.All(link.Regions.Zip(link.Regions.Skip(1)), r => Assert.NotEqual(r.First.Plan, r.Second.Plan));
                regions += link.Regions.Length;
                foreach (BandwidthRegion region in link.Regions)
                {
                    // Near both borders, and somewhere between them.
                    double high = Math.Min(region.High.Value, 1e12);
                    foreach (double share in new[] { 1e-6, random.NextDouble(), 1 - 1e-6 })
                    {
                        double rate = region.Low.Value * Math.Pow(high / region.Low.Value, share);
                        Profile profile = With(request.Profile, link, rate);
                        List<PlanOracle.Result> all = PlanOracle.All(profile);
                        PlanOracle.Result of = all.Single(r => r.Plan == region.Plan);
                        double best = all.Min(r => r.Score(request.Objective));
                        Assert.Equal(best, of.Score(request.Objective), 1e-6 * Math.Max(1, best));
                        compared++;
                    }
                }
            }
        }

        Assert.True(compared > 800 && regions > 300, $"{compared} bandwidths in {regions} regions.");
    }

    [Fact]
    public void Of_LimitOnLatency_SaysWhereNoPlanIsLeft()
    {
        // Cuts that send little: below some bandwidth nothing is fast enough, and the best plan there sends less than the fastest one.
        int empty = 0, compared = 0;
        for (int seed = 0; seed < 240; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, gaps: 0, maxEdges: 1, maxClouds: 0);
            PlanningRequest request = new(profile) { Constraints = new() { MaxLatency = new(45), Tiers = [Tier.Edge] }, Objective = Objective.Weighted(1, 0.5) };
            if (PlanOracle.All(profile, null, request.Constraints).Count == 0) continue;
            PlanExplanation explanation = PlanExplanation.Of(request, Planner.Plan(request), TestContext.Current.CancellationToken);
            foreach (BandwidthRegions link in explanation.Bandwidths)
            {
                foreach (BandwidthRegion region in link.Regions)
                {
                    double rate = Math.Sqrt(region.Low.Value * Math.Min(region.High.Value, 1e12));
                    List<PlanOracle.Result> all = PlanOracle.All(With(profile, link, rate), null, request.Constraints);
                    if (region.Plan is null) empty++;
                    compared++;
                    Assert.Equal(all.Count == 0, region.Plan is null);
                    if (region.Plan is not null) Assert.Equal(all.Min(r => r.Score(request.Objective)), all.Single(r => r.Plan == region.Plan).Score(request.Objective), 1e-6);
                }
            }
        }

        Assert.True(empty > 5 && compared > 20, $"{empty} of {compared} regions are without a plan.");
    }

    [Fact]
    public void Of_StagesOfACost_AddUpToTheLatency()
    {
        foreach ((PlanningRequest request, PlanExplanation explanation) in Explained(60, constrained: false))
            Assert.All(explanation.Result.Ranked, r => Assert.Equal(r.Latency.Value, PlanStage.Of(r.Cost).Sum(s => s.Value.Value), 1e-9));
    }

    [Fact]
    public void Of_ThroughputEnergyAndPrice_AgreesWithPlanning()
    {
        int neighbours = 0, bandwidths = 0, regions = 0, binding = 0;
        Objective[] objectives = [Objective.Throughput, Objective.Energy, Objective.Price, Objective.Weighted(1, 0, perJoule: 3), Objective.Weighted(1, 0.2, perPeriod: 2)];
        for (int seed = 0; seed < 130; seed++)
        {
            Profile profile = WithRates(RandomProfiles.Create(seed, maxCuts: 4, gaps: 0.03), seed);
            Random random = new(seed);
            PlanningRequest request = new(profile) { Objective = objectives[seed % objectives.Length], Constraints = RandomProfiles.Constraints(seed, profile) with { MaxLatency = null } };
            if (PlanOracle.All(profile, null, request.Constraints).Count == 0) continue;
            PlanExplanation explanation = PlanExplanation.Of(request, Planner.Plan(request), TestContext.Current.CancellationToken);
            double best = explanation.Result.Winner.Score;
            foreach (PlanNeighbour neighbour in explanation.Neighbours.Where(n => n.IsAllowed))
            {
                Assert.Equal(CostModel.Of(request).Rank(neighbour.Plan, request.Objective), neighbour.Ranked);
                Assert.True(neighbour.Ranked!.Score >= best - 1e-9, $"seed {seed}: {neighbour.Plan}");
                neighbours++;
            }

            foreach (ConstraintPrice price in explanation.Prices.Where(p => p.Binds))
            {
                Assert.True(price.Without.Score < best && price.Next!.Score < best);
                binding++;
            }

            foreach (BandwidthRegions link in explanation.Bandwidths)
            {
                Assert.True(link.IsComplete, $"seed {seed}: {link.Plannings} plannings.");
                Assert.Equal(explanation.Result.Winner.Plan, link.Current.Plan);
                regions += link.Regions.Length;
                foreach (BandwidthRegion region in link.Regions)
                {
                    foreach (double share in new[] { 1e-5, random.NextDouble(), 1 - 1e-5 })
                    {
                        double rate = region.Low.Value * Math.Pow(Math.Min(region.High.Value, 1e12) / region.Low.Value, share);
                        PlanningRequest there = request with { Links = [profile.Links.First(l => l.From == link.From && l.To == link.To) with { Bandwidth = new(rate) }] };
                        double score = CostModel.Of(there).Rank(region.Plan!, request.Objective).Score;
                        Assert.Equal(Planner.Best(there)!.Score, score, 1e-6 * Math.Max(1, score));
                        bandwidths++;
                    }
                }
            }
        }

        Assert.True(neighbours > 300 && bandwidths > 400 && regions > 150 && binding > 10, $"{neighbours} neighbours, {bandwidths} bandwidths in {regions} regions, {binding} prices.");
    }

    [Fact]
    public void Of_Variants_ShowsTheOtherNetworksInTheirBestWay()
    {
        int found = 0, binding = 0;
        for (int seed = 0; seed < 120; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, maxCuts: 3, gaps: 0.02);
            // The same nodes, links and cuts with other times.
            Profile other = profile with
            {
                Model = ModelHash.Of([1, 2, 3]),
                ModelName = "small.onnx",
                Nodes = [.. profile.Nodes.Select((n, i) => n with { Segments = [.. n.Segments.Select(s => s with { Timing = new(s.Timing.P50 * (0.3 + (0.4 * i)), s.Timing.P95 * 2, 3) })] })],
            };
            ProfileIndex index = ProfileIndex.Of(profile);
            PlanningRequest request = new(index)
            {
                Variants = [new(index, 0.01), new(ProfileIndex.Of(other), 0.03)],
                Constraints = RandomProfiles.Constraints(seed, profile) with { MaxAccuracyLoss = seed % 2 == 0 ? 0.02 : 0.5 },
            };
            if (Planner.Best(request) is null) continue;
            PlanExplanation explanation = PlanExplanation.Of(request, Planner.Plan(request), TestContext.Current.CancellationToken);
            ModelHash winner = explanation.Result.Winner.Plan.Model;
            foreach (PlanNeighbour neighbour in explanation.Neighbours)
            {
                Assert.Equal(neighbour.Change == NeighbourChange.OtherVariant, neighbour.Plan.Model != winner);
                if (neighbour.Change != NeighbourChange.OtherVariant) continue;
                Assert.Equal(Planner.Best(request.Choosing(neighbour.Plan.Model)), neighbour.Ranked);
                Assert.True(neighbour.IsAllowed && neighbour.Ranked!.Score >= explanation.Result.Winner.Score);
                found++;
            }

            ImmutableArray<ActiveConstraint> active = ActiveConstraint.Of(request);
            foreach ((ActiveConstraint constraint, ConstraintPrice price) in active.Zip(explanation.Prices))
            {
                RankedPlan without = Planner.Best(request with { Constraints = constraint.Without })!;
                Assert.Equal(explanation.Result.Winner.Score - without.Score, price.Price, 1e-9);
                if (!price.Binds) continue;
                Assert.False(constraint.Allows(without));
                binding++;
            }
        }

        Assert.True(found > 25 && binding > 10, $"{found} other variants, {binding} prices.");
    }

    [Fact]
    public void Of_SeveralDevices_ComparesThemToo()
    {
        int found = 0;
        for (int seed = 0; seed < 150; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, maxCuts: 3, gaps: 0.02);
            NodeProfile device = profile.Nodes.First(n => n.Tier == Tier.Device);
            profile = profile with
            {
                Nodes = [.. profile.Nodes, device with { Name = "phone", Segments = [.. device.Segments.Select(s => s with { Timing = new(s.Timing.P50 * 1.5, s.Timing.P95 * 2, 3) })] }],
                Links = [.. profile.Links, .. profile.Links.Where(l => l.From == device.Name).Select(l => l with { From = "phone", RoundTrip = l.RoundTrip * 2 })],
            };
            PlanningRequest request = new(profile) { Device = seed % 4 == 0 ? "phone" : null };
            if (Planner.Best(request) is null) continue;
            PlanExplanation explanation = PlanExplanation.Of(request, Planner.Plan(request), TestContext.Current.CancellationToken);
            RankedPlan winner = explanation.Result.Winner;
            Assert.NotNull(winner.Plan.Device);
            foreach (PlanNeighbour neighbour in explanation.Neighbours.Where(n => n.Ranked is not null))
            {
                if (neighbour.IsAllowed) Assert.True(neighbour.Ranked!.Score >= winner.Score - 1e-9);
                if (request.Device is not null) Assert.Equal("phone", neighbour.Plan.Device);
                else if (neighbour.Plan.Device != winner.Plan.Device) found++;
            }
        }

        Assert.True(found > 60, $"{found} plans on the other device.");
    }

    private static Profile WithRates(Profile profile, int seed)
    {
        Random random = new(seed);
        return profile with
        {
            Nodes = [.. profile.Nodes.Select(n => n with { Power = new(1 + random.Next(40), random.Next(5)), PricePerHour = n.Tier == Tier.Device ? 0 : random.Next(3) })],
            Links = [.. profile.Links.Select(l => l with { JoulesPerByte = random.Next(10) * 1e-6, PricePerGigabyte = random.Next(3) * 0.1 })],
        };
    }

    private static Profile With(Profile profile, BandwidthRegions link, double rate) =>
        profile with { Links = [.. profile.Links.Select(l => l.From == link.From && l.To == link.To ? l with { Bandwidth = new(rate) } : l)] };

    // Limits that keep out what is the best without them.
    private static Constraints Tight(PlanningRequest request)
    {
        PlanOracle.Result? best = PlanOracle.All(request.Profile, request.Space).MinBy(r => r.Score(request.Objective));
        if (best is null) return Constraints.None;
        Tier last = best.Plan.Segments[^1].Tier;
        return new()
        {
            MaxBytes = best.Bytes > 0 ? new(best.Bytes - 1) : null,
            MaxAccuracyLoss = best.Loss > 0 ? best.Loss * 0.9 : null,
            MaxTierTime = [TierTimeLimit.Of(last, new(PlanOracle.ComputingOf(best.Plan, request.Profile, last, CostTerms.Everything) * 0.9)), TierTimeLimit.OfShare(Tier.Device, 0.5)],
        };
    }

    // Of requests that have a plan.
    private static IEnumerable<(PlanningRequest Request, PlanExplanation Explanation)> Explained(int rounds, bool constrained)
    {
        for (int seed = 0; seed < rounds; seed++)
        {
            Profile profile = RandomProfiles.Create(seed, maxCuts: 4, gaps: 0.04);
            PlanningRequest request = new(profile) { Objective = RandomProfiles.Objective(seed) };
            if (constrained)
            {
                request = request with
                {
                    Constraints = seed % 2 == 0 ? RandomProfiles.Constraints(seed, profile) : RandomProfiles.AllConstraints(seed, profile),
                    // What must be split has cuts and codecs to vary.
                    Space = seed % 5 == 0 ? RandomProfiles.Space(seed, profile) : SearchSpace.All with { MinCuts = seed % 5 % 3 },
                };
                if (seed % 3 == 0) request = request with { Constraints = Tight(request) };
            }

            PlanningResult result;
            try
            {
                result = Planner.Plan(request);
            }
            catch (InfeasiblePlanException)
            {
                continue;
            }

            yield return (request, PlanExplanation.Of(request, result, TestContext.Current.CancellationToken));
        }
    }
}
