using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Planning;

public sealed class PipelineStagesTests
{
    [Fact]
    public void Of_EveryRankedPlanOfRandomProfiles_AddsUpToItsCost()
    {
        int plans = 0, equal = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            PlanningRequest request = new(RandomProfiles.Create(seed)) { Top = 50 };
            CostModel costs = CostModel.Of(request);
            PlanningResult result;
            try
            {
                result = Planner.Plan(request);
            }
            catch (InfeasiblePlanException)
            {
                continue;
            }

            foreach (RankedPlan ranked in result.Ranked)
            {
                PlanCost cost = ranked.Cost;
                ImmutableArray<PipelineStage> stages = PipelineStages.Of(costs, ranked.Plan);
                double computing = (cost.Decode + cost.Head + cost.Encode + cost.Unpack + cost.Middle + cost.Recode + cost.Tail).Value;
                Assert.Equal(computing, stages.Where(s => !s.IsLink).Sum(s => s.Time.Value), 1e-6);
                Assert.True(stages.Where(s => s.IsLink).Sum(s => s.Time.Value) <= (cost.Send + cost.Forward).Value + 1e-6);
                Assert.Equal(stages.Max(s => s.Time.Value), PipelineStages.Longest(stages).Time.Value);
                // The planner's period also knows the answer's way back, and a node that works again.
                Assert.True(PipelineStages.Longest(stages).Time.Value <= cost.Period.Value + 1e-6);
                if (Math.Abs(PipelineStages.Longest(stages).Time.Value - cost.Period.Value) < 1e-6) equal++;
                // Node, link, node, link, node.
                Assert.All(stages.Select((s, i) => (s.IsLink, i)), s => Assert.Equal(s.i % 2 == 1, s.IsLink));
                plans++;
            }
        }

        Assert.True(plans > 500 && equal > plans * 3 / 4, $"{plans} plans, {equal} of them with the planner's period");
    }

    [Fact]
    public void Of_ASplitPlan_NamesNodesAndLinksInOrder()
    {
        Profile profile = SmallProfile.Create();
        PlanningResult result = Planner.Plan(new(profile) { Space = SearchSpace.All with { MinCuts = 1, MaxCuts = 1 } });
        PipelineStage[] stages = [.. PipelineStages.Of(new CostModel(ProfileIndex.Of(profile)), result.Winner.Plan)];
        Assert.Equal(3, stages.Length);
        Assert.Equal($"{stages[0].Name} → {stages[2].Name}", stages[1].Name);
    }
}
