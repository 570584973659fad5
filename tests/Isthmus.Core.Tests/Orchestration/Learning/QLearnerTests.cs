using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class QLearnerTests
{
    private static readonly SystemModel Model = Worlds.Paper(2);

    [Theory]
    [InlineData(2, null, AccuracyRule.Penalty, 1)]
    [InlineData(2, 0.85, AccuracyRule.Penalty, 2)]
    [InlineData(2, 0.89, AccuracyRule.Known, 3)]
    [InlineData(3, 0.85, AccuracyRule.Penalty, 4)]
    public void Learn_WorldsThatStayAsTheyAre_ComesToTheOptimum(int users, double? wanted, AccuracyRule rule, long seed)
    {
        SystemModel model = Worlds.Paper(users);
        SimulatedEnvironment world = new(model, Worlds.Still(model) with { Seed = seed });
        QLearner learner = new(model.Actions, Options(world, wanted, rule) with { Seed = seed, LearningRate = 1, LearningRateDecay = 1, InitialValue = 0 });
        ConvergenceResult result = Convergence.Run(learner, world, new(new(wanted)) { MaxSteps = 30_000 });
        Assert.NotNull(result.ConvergedAt);
        JointDecision optimum = ExhaustiveSearch.Solve(model.Problem(world.State, new(wanted)))!;
        Assert.Equal(optimum.MeanMs, result.OptimalMs, 9);
        Assert.True(result.Last.MeanMs <= 1.01 * optimum.MeanMs);
    }

    [Fact]
    public void Learn_LinksThatChange_KnowsTheOptimumOfEachState()
    {
        SystemModel model = Worlds.Paper(2);
        SimulatedEnvironment world = new(model, Worlds.Moving(model));
        QLearner learner = new(model.Actions, Options(world, 0.85) with { LearningRate = 1, LearningRateDecay = 1, Exploration = new(1, 0.1, 10_000) });
        ConvergenceResult result = Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 100_000 });
        Assert.True(result.DistinctStates >= 6);
        Assert.NotNull(result.ConvergedAt);
    }

    [Fact]
    public void Learn_BandwidthFallsInAStep_Recovers()
    {
        SimulatedEnvironment world = new(Model, Worlds.Still(Model));
        QLearner learner = new(Model.Actions, Options(world, 0.85) with { InitialValue = 0, LearningRate = 1, LearningRateDecay = 1 });
        Assert.NotNull(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 20_000 }).ConvergedAt);
        world.Change(Model, world.Options with { Users = [.. world.Options.Users.Select(_ => MachineConditions.Idle(2, 30))] });
        Assert.NotNull(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 20_000 }).ConvergedAt);
    }

    [Fact]
    public void Learn_OneState_IsTheEquationByHand()
    {
        SystemModel model = Worlds.Paper(1);
        SystemState state = new SimulatedEnvironment(model, Worlds.Still(model)).State;
        QLearner learner = new(model.Actions, new(new(new(), 100)) { InitialValue = 0 });
        learner.Learn(state, [3], [50], state);
        learner.Learn(state, [3], [20], state);
        byte[] bytes = Convert.FromBase64String(learner.Save()["values"]!.GetValue<string>());

        // Untried actions are worth 0, so max Q is 0 both times.
        double first = 0.9 * -0.5, second = first + (0.9 * (-0.2 - first));
        Assert.Equal(second, BitConverter.ToDouble(bytes), 12);
        Assert.Equal(1, learner.Entries);
    }

    [Fact]
    public void Choose_NothingIsKnown_IsTheMostAccurateWhenItDoesNotExplore()
    {
        QLearner learner = new(Model.Actions, Options(World(), 0.85) with { Exploration = new(0, 0, 1) });
        int[] choices = new int[2];
        learner.Choose(World().State, choices);
        Assert.Equal(0.899, Model.Actions.MeanAccuracy(choices), 12);
    }

    [Fact]
    public void Choose_AGoalIsKnownOrAUserWantsAccuracy_NoStepEverMissesIt()
    {
        ActionSpace actions = Model.Actions with { Users = [Model.Actions.Users[0] with { MinAccuracy = 0.88 }, Model.Actions.Users[1]] };
        SystemModel model = Model with { Actions = actions };
        SimulatedEnvironment world = new(model, Worlds.Moving(model));
        int[] all = LearnerChecks.Learn(new QLearner(actions, Options(world, 0.87, AccuracyRule.Known)), world, 2000);
        for (int i = 0; i < all.Length; i += 2)
        {
            Assert.True(actions.MeanAccuracy(all.AsSpan(i, 2)) >= 0.87 - 1e-9);
            Assert.True(actions.Users[0].Actions[all[i]].Accuracy >= 0.88);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.1)]
    public void Transfer_FromAnAgentOfMin_NeedsFewerStepsThanFromNothing(double discount)
    {
        double[] fresh = new double[3], transferred = new double[3];
        for (int seed = 1; seed <= 3; seed++)
        {
            SystemModel model = Worlds.Paper(3);
            SimulatedEnvironment world = new(model, Worlds.Still(model) with { Seed = seed, Spread = 0.01 });
            QLearnerOptions options = Options(world, null) with { Seed = seed, LearningRate = 1, LearningRateDecay = 1, Discount = discount, Exploration = new(1, 0.05, 8000) };
            QLearner min = new(model.Actions, options);
            LearnerChecks.Learn(min, world, 30_000);
            QLearnerOptions wanted = options with { Rewards = options.Rewards with { Goal = new(0.85) } };
            QLearner from = new(model.Actions, wanted), nothing = new(model.Actions, wanted);
            from.Transfer(min);
            transferred[seed - 1] = Steps(from, model, seed);
            fresh[seed - 1] = Steps(nothing, model, seed);
        }

        Assert.True(transferred.Average() * 3 < fresh.Average(), $"{string.Join(" ", transferred)} steps instead of {string.Join(" ", fresh)}");

        static double Steps(QLearner learner, SystemModel model, long seed)
        {
            SimulatedEnvironment world = new(model, Worlds.Still(model) with { Seed = 100 + seed, Spread = 0.01 });
            return Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 40_000 }).ConvergedAt ?? 40_000;
        }
    }

    [Fact]
    public void Transfer_FromSomethingElse_IsRefused()
    {
        QLearner learner = new(Model.Actions, Options(World(), null)), other = new(Worlds.Paper(3).Actions, Options(World(), null));
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => learner.Transfer(other)).Kind);
    }

    [Fact]
    public void Choose_EqualSeeds_AreEqual() => LearnerChecks.IsDeterministic(seed => new QLearner(Model.Actions, Options(World(), 0.85) with { Seed = seed }), World, 500);

    [Fact]
    public void Restore_WhatWasSaved_GoesOnExactly()
    {
        QLearnerOptions options = Options(World(), 0.85) with { Exploration = new(1, 0.1, 200) };
        LearnerChecks.IsRestoredExactly(new QLearner(Model.Actions, options), s => QLearner.Restore(Model.Actions, options, s), World, 400);
    }

    [Fact]
    public void Restore_HostileJson_IsRefused()
    {
        QLearnerOptions options = Options(World(), 0.85);
        QLearner learner = new(Model.Actions, options);
        LearnerChecks.Learn(learner, World(), 200);
        LearnerChecks.RefusesHostile(learner, s => QLearner.Restore(Model.Actions, options, s), () => new QLearner(Worlds.Paper(3).Actions, options));
    }

    [Fact]
    public void Learn_MoreThanMayBeRemembered_StaysWithinTheBound()
    {
        QLearner learner = new(Model.Actions, Options(World(), null) with { MaxEntries = 50 });
        LearnerChecks.Learn(learner, World(), 2000);
        Assert.Equal(50, learner.Entries);
    }

    [Fact]
    public void New_TooManyJointActions_IsRefused() =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new QLearner(Worlds.Paper(20).Actions, new(new(new(), 100)))).Kind);

    [Fact]
    public void New_OptionsThatMakeNoSense_AreRefused()
    {
        QLearnerOptions good = new(new(new(), 100));
        Assert.All(
            new[] { good with { LearningRate = 0 }, good with { LearningRate = double.NaN }, good with { Discount = 1 }, good with { MaxEntries = 0 }, good with { InitialValue = 99 }, good with { Exploration = new(2, 0, 1) }, good with { Exploration = new(1, 0, 0) } },
            o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new QLearner(Model.Actions, o)).Kind));
    }

    private static SimulatedEnvironment World() => new(Model, Worlds.Moving(Model));

    private static QLearnerOptions Options(SimulatedEnvironment world, double? wanted, AccuracyRule rule = AccuracyRule.Penalty) => new(new(new(wanted), RewardRule.WorstOf(world.Model, world.State), rule));
}
