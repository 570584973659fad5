using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Runtime.Adaptive;

namespace Isthmus.Runtime.Tests.Adaptive;

public sealed class LikelyPlansTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void Of_TheDevicesLinksMove_HasThePlanThatIsThenTheBest()
    {
        for (int seed = 0; seed < 30; seed++)
        {
            ChangingTiers tiers = new(ChangingTiers.Example);
            tiers.Scale(Math.Pow(10, (new Random(seed).NextDouble() * 3) - 2));
            Adaptation adaptation = new(ChangingTiers.Example, tiers, new() { Clock = _clock });
            adaptation.Decide();
            ImmutableArray<LikelyPlan> likely = LikelyPlans.Of(adaptation.Rule, adaptation.Current(), "device");
            Assert.Equal(likely.Length, likely.Select(l => l.Plan).Distinct().Count());
            foreach (double factor in LikelyPlans.Factors)
            {
                DecisionInputs moved = adaptation.Current() with
                {
                    Present = null,
                    Links = [.. adaptation.Current().Links.Select(l => l.From == "device" || l.To == "device" ? l with { Bandwidth = new(l.Bandwidth.Value * factor) } : l)],
                };
                Assert.Contains(adaptation.Rule.Decide(moved).Plan, likely.Select(l => l.Plan));
            }
        }
    }

    [Fact]
    public void Of_EachNode_HasThePlanWithoutIt()
    {
        ChangingTiers tiers = new(ChangingTiers.Example);
        Adaptation adaptation = new(ChangingTiers.Example, tiers, new() { Clock = _clock });
        adaptation.Decide();
        ImmutableArray<LikelyPlan> likely = LikelyPlans.Of(adaptation.Rule, adaptation.Current(), "device");
        foreach (string node in tiers.NodeNames)
            Assert.Contains(adaptation.Rule.Decide(adaptation.Current() with { Present = null, Excluded = [node] }).Plan, likely.Select(l => l.Plan));
        Assert.Equal(adaptation.Decide().Plan, likely[0].Plan);
    }

    [Fact]
    public void Of_ConstraintsThatOnlyOnePlanSatisfies_HasThatOne()
    {
        ChangingTiers tiers = new(ChangingTiers.Example);
        Adaptation adaptation = new(ChangingTiers.Example, tiers, new() { Clock = _clock, Space = SearchSpace.All with { Nodes = ["device"], MaxCuts = 0 } });
        adaptation.Decide();
        Assert.Single(LikelyPlans.Of(adaptation.Rule, adaptation.Current(), "device"));
    }
}
