using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning.Explaining;

public sealed class ActiveConstraintTests
{
    [Fact]
    public void Of_ConstraintsOfAllKinds_TogetherAllowWhatBruteForceAllows()
    {
        int allowed = 0, refused = 0;
        for (int seed = 0; seed < 500; seed++)
        {
            Profile profile = Random(seed);
            PlanningRequest request = new(profile) { Constraints = RandomProfiles.AllConstraints(seed, profile) };
            ImmutableArray<ActiveConstraint> active = ActiveConstraint.Of(request);
            CostModel model = CostModel.Of(request);
            HashSet<Plan> expected = [.. PlanOracle.All(profile, null, request.Constraints).Select(r => r.Plan)];
            foreach (PlanOracle.Result result in PlanOracle.All(profile))
            {
                RankedPlan ranked = model.Rank(result.Plan, Objective.Latency);
                bool allows = active.All(a => a.Allows(ranked));
                Assert.True(expected.Contains(result.Plan) == allows, $"seed {seed}: {result.Plan}, {request.Constraints}");
                if (allows) allowed++;
                else refused++;
            }
        }

        Assert.True(allowed > 1000 && refused > 1000, $"{allowed} plans were allowed, {refused} refused.");
    }

    [Fact]
    public void Without_AllOfThem_LeavesNoConstraint()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Profile profile = Random(seed);
            PlanningRequest request = new(profile) { Constraints = RandomProfiles.AllConstraints(seed, profile) };
            int before = int.MaxValue;
            while (ActiveConstraint.Of(request) is { Length: > 0 } active)
            {
                Assert.True(active.Length < before, "Each step drops one.");
                before = active.Length;
                request = request with { Constraints = active[seed % active.Length].Without };
            }

            // Nothing that restricts is left, so there is no constraint that is not among the active ones.
            Assert.Equal(PlanOracle.All(profile).Count, PlanOracle.All(profile, null, request.Constraints).Count);
        }
    }

    [Fact]
    public void Of_EveryMemberOfConstraints_IsKnown()
    {
        // A new kind of constraint belongs into ActiveConstraint, so that it is explained and priced, and then into this list.
        string[] known =
        [
            nameof(Constraints.MaxBytes), nameof(Constraints.MaxLatency), nameof(Constraints.MaxAccuracyLoss), nameof(Constraints.Tiers), nameof(Constraints.ForbiddenNodes),
            nameof(Constraints.KeepInputOnDevice), nameof(Constraints.RequiredNodes), nameof(Constraints.RequiredTiers), nameof(Constraints.ForbiddenTiers), nameof(Constraints.Placements),
            nameof(Constraints.MaxTierTime), nameof(Constraints.MaxTierBytes),
        ];
        Assert.Equal(known.Order(), typeof(Constraints).GetProperties().Where(p => !p.GetMethod!.IsStatic).Select(p => p.Name).Order());
    }

    [Fact]
    public void Broken_RandomSpaces_IsNothingForWhatBruteForceFindsThere()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Profile profile = RandomProfiles.Create(seed);
            SearchSpace space = RandomProfiles.Space(seed, profile);
            HashSet<Plan> within = [.. PlanOracle.All(profile, space).Select(r => r.Plan)];
            Assert.All(PlanOracle.All(profile), r => Assert.Equal(within.Contains(r.Plan), !SpaceRule.Broken(space, r.Plan, profile).Any()));
        }
    }

    private static Profile Random(int seed)
    {
        Profile profile = RandomProfiles.Create(seed, maxCuts: 4, gaps: 0.05);
        return seed % 3 == 0 ? RandomProfiles.WithLayers(profile, seed) : profile;
    }
}
