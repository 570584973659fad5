using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class RewardRuleTests
{
    private static readonly ActionSpace Actions = Worlds.Paper(2).Actions;

    [Fact]
    public void Of_AGoalThatIsKept_IsMinusTheShareOfTheWorstTime() => Assert.Equal(-0.3, new RewardRule(new(0.85), 100).Of(Actions, [8, 9], [20, 40]), 12);

    [Fact]
    public void Of_AGoalThatIsMissed_IsTheWorst_AndIfItIsKnownOnlyTheTime()
    {
        // 0.741 and 0.899: 0.82 on average.
        Assert.Equal(-1, new RewardRule(new(0.85), 100).Of(Actions, [3, 9], [20, 40]), 12);
        Assert.Equal(-0.3, new RewardRule(new(0.85), 100, AccuracyRule.Known).Of(Actions, [3, 9], [20, 40]), 12);
        Assert.Equal(-0.3 - (0.03 * 1000 / 100), new RewardRule(new(0.85, 1000), 100).Of(Actions, [3, 9], [20, 40]), 12);
    }

    [Fact]
    public void Of_ALostRequest_CountsAsTheWorst_AndNothingIsEverBelowMinusTwo()
    {
        Assert.Equal(-0.6, new RewardRule(new(), 100).Of(Actions, [8, 9], [20, double.NaN]), 12);
        Assert.Equal(-2, new RewardRule(new(), 100).Of(Actions, [8, 9], [20, 1e12]), 12);
    }

    [Fact]
    public void WorstOf_AModel_IsAboveEveryJointAction()
    {
        SystemModel model = Worlds.Paper(2);
        SystemState state = new Core.Orchestration.Simulation.SimulatedEnvironment(model, Worlds.Still(model)).State;
        double worst = RewardRule.WorstOf(model, state);
        JointProblem problem = model.Problem(state, new());
        for (int joint = 0; joint < 100; joint++) Assert.True(problem.Decide([joint / 10, joint % 10]).MeanMs <= worst + 1e-9);
    }

    [Fact]
    public void New_OfALearner_WhatMakesNoSense_IsRefused() => Assert.All(
        new RewardRule[] { new(new(), 0), new(new(), double.NaN), new(new(2), 1), new(new(0.5, -1), 1), new(null!, 1), new(new(), 1, (AccuracyRule)9) },
        r => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new QLearner(Actions, new(r))).Kind));

    [Fact]
    public void New_OfALearner_AKnownGoalThatCannotBeKept_SaysWhatCanBeHad()
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => new QLearner(Actions, new(new(new(0.95), 100, AccuracyRule.Known))));
        Assert.Equal(ErrorKind.Planning, e.Kind);
        Assert.Contains("0.899", e.Message, StringComparison.Ordinal);
        ActionSpace wants = Actions with { Users = [Actions.Users[0] with { MinAccuracy = 0.95 }] };
        Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => new QLearner(wants, new(new(new(), 100)))).Kind);
    }
}
