using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class DeepQLearnerTests
{
    private static readonly SystemModel Model = Worlds.Paper(2);

    [Theory]
    [InlineData(DeepQHeads.Joint, 2, null, AccuracyRule.Penalty, 1)]
    [InlineData(DeepQHeads.Joint, 2, 0.85, AccuracyRule.Penalty, 2)]
    [InlineData(DeepQHeads.Joint, 2, 0.89, AccuracyRule.Known, 3)]
    [InlineData(DeepQHeads.Joint, 3, 0.85, AccuracyRule.Penalty, 1)]
    [InlineData(DeepQHeads.PerUser, 2, 0.85, AccuracyRule.Known, 5)]
    [InlineData(DeepQHeads.PerUser, 3, 0.85, AccuracyRule.Known, 6)]
    [InlineData(DeepQHeads.PerUserAndCount, 2, 0.85, AccuracyRule.Known, 7)]
    [InlineData(DeepQHeads.PerUserAndCount, 3, 0.85, AccuracyRule.Known, 8)]
    [InlineData(DeepQHeads.PerUserAndCount, 3, null, AccuracyRule.Penalty, 9)]
    public void Learn_WorldsThatStayAsTheyAre_ComesToTheOptimum(DeepQHeads heads, int users, double? wanted, AccuracyRule rule, long seed)
    {
        SystemModel model = Worlds.Paper(users);
        SimulatedEnvironment world = new(model, Worlds.Still(model) with { Seed = seed });
        DeepQLearner learner = new(model.Actions, Options(world, heads, wanted, rule) with { Seed = seed });
        ConvergenceResult result = Convergence.Run(learner, world, new(new(wanted)) { MaxSteps = 30_000 });
        Assert.NotNull(result.ConvergedAt);
        Assert.True(result.Last.MeanMs <= 1.01 * ExhaustiveSearch.Solve(model.Problem(world.State, new(wanted)))!.MeanMs);
    }

    [Theory]
    [InlineData(DeepQHeads.Joint)]
    [InlineData(DeepQHeads.PerUserAndCount)]
    public void Learn_LinksThatChange_KnowsTheOptimumOfEachState(DeepQHeads heads)
    {
        SimulatedEnvironment world = World();
        DeepQLearner learner = new(Model.Actions, Options(world, heads, 0.85, AccuracyRule.Known) with { Exploration = new(1, 0.1, 3000) });
        ConvergenceResult result = Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 40_000 });
        Assert.True(result.DistinctStates >= 6);
        Assert.NotNull(result.ConvergedAt);
    }

    [Theory]
    [InlineData(DeepQHeads.Joint)]
    [InlineData(DeepQHeads.PerUserAndCount)]
    public void Learn_BandwidthFallsInAStep_Recovers(DeepQHeads heads)
    {
        SimulatedEnvironment world = new(Model, Worlds.Still(Model));
        DeepQLearner learner = new(Model.Actions, Options(world, heads, 0.85, AccuracyRule.Known));
        Assert.NotNull(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 20_000 }).ConvergedAt);
        world.Change(Model, world.Options with { Users = [.. world.Options.Users.Select(_ => MachineConditions.Idle(2, 30))] });
        Assert.NotNull(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 20_000 }).ConvergedAt);
    }

    // With more outputs than are always computed, the best is found among candidates: it must be the one that a restored learner, which has none, finds among all.
    [Theory]
    [InlineData(-1, 1e-3)]
    [InlineData(0, 1e-2)]
    public void ChooseBest_ManyOutputs_IsTheBestOfAll(double initial, double hiddenRate)
    {
        SystemModel model = Worlds.Paper(4);
        SimulatedEnvironment world = new(model, Worlds.Moving(model));
        DeepQOptions options = Options(world, DeepQHeads.Joint, 0.85) with { Hidden = 16, Exploration = new(1, 0.2, 300), HiddenRate = hiddenRate, InitialValue = initial, Candidates = 3 };
        DeepQLearner learner = new(model.Actions, options);
        int[] fast = new int[4], all = new int[4];
        for (int i = 0; i < 40; i++)
        {
            LearnerChecks.Learn(learner, world, 25);
            learner.ChooseBest(world.State, fast);
            DeepQLearner.Restore(model.Actions, options with { SkipUntried = false }, learner.Save()).ChooseBest(world.State, all);
            Assert.Equal(all, fast);
        }
    }

    [Fact]
    public void Transfer_FromAnAgentOfMin_NeedsFewerStepsThanFromNothing()
    {
        double[] fresh = new double[3], transferred = new double[3];
        for (int seed = 1; seed <= 3; seed++)
        {
            SystemModel model = Worlds.Paper(3);
            SimulatedEnvironment world = new(model, Worlds.Still(model) with { Seed = seed, Spread = 0.01 });
            DeepQOptions options = Options(world, DeepQHeads.Joint, null) with { Seed = seed, Exploration = new(1, 0.1, 3000) };
            DeepQLearner min = new(model.Actions, options);
            LearnerChecks.Learn(min, world, 10_000);
            DeepQOptions wanted = options with { Rewards = options.Rewards with { Goal = new(0.85) } };
            DeepQLearner from = new(model.Actions, wanted), nothing = new(model.Actions, wanted);
            from.Transfer(min);
            transferred[seed - 1] = Steps(from, model, seed);
            fresh[seed - 1] = Steps(nothing, model, seed);
        }

        Assert.True(transferred.Average() * 2 < fresh.Average(), $"{transferred.Average()} steps instead of {fresh.Average()}");

        static double Steps(DeepQLearner learner, SystemModel model, long seed)
        {
            SimulatedEnvironment world = new(model, Worlds.Still(model) with { Seed = 100 + seed, Spread = 0.01 });
            return Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 40_000 }).ConvergedAt ?? 40_000;
        }
    }

    [Fact]
    public void Transfer_FromAnotherForm_IsRefused()
    {
        DeepQLearner learner = new(Model.Actions, Options(World(), DeepQHeads.Joint, null)), other = new(Model.Actions, Options(World(), DeepQHeads.PerUser, null));
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => learner.Transfer(other)).Kind);
    }

    [Theory]
    [InlineData(DeepQHeads.Joint)]
    [InlineData(DeepQHeads.PerUser)]
    [InlineData(DeepQHeads.PerUserAndCount)]
    public void Choose_EqualSeeds_AreEqual(DeepQHeads heads) => LearnerChecks.IsDeterministic(seed => new DeepQLearner(Model.Actions, Options(World(), heads, 0.85) with { Seed = seed }), World, 300);

    [Theory]
    [InlineData(DeepQHeads.Joint)]
    [InlineData(DeepQHeads.PerUser)]
    [InlineData(DeepQHeads.PerUserAndCount)]
    public void Restore_WhatWasSaved_GoesOnExactly(DeepQHeads heads)
    {
        DeepQOptions options = Options(World(), heads, 0.85) with { Exploration = new(1, 0.1, 100), Replay = 150, TargetEvery = 70 };
        LearnerChecks.IsRestoredExactly(new DeepQLearner(Model.Actions, options), s => DeepQLearner.Restore(Model.Actions, options, s), World, 400);
    }

    [Theory]
    [InlineData(DeepQHeads.Joint)]
    [InlineData(DeepQHeads.PerUser)]
    public void Restore_HostileJson_IsRefused(DeepQHeads heads)
    {
        DeepQOptions options = Options(World(), heads, 0.85) with { Hidden = 4, Replay = 20 };
        DeepQLearner learner = new(Model.Actions, options);
        LearnerChecks.Learn(learner, World(), 50);
        LearnerChecks.RefusesHostile(learner, s => DeepQLearner.Restore(Model.Actions, options, s), () => new QLearner(Model.Actions, new(options.Rewards)));
    }

    [Fact]
    public void Learn_MoreStatesThanAreKept_GoesOn()
    {
        SystemModel model = Worlds.Paper(8);
        TwoLevels<double> busy = new(1, 0.4, 0.5, 0.5), full = new(1, 0.05, 0.5, 0.5);
        SimulatedEnvironment world = new(model, new([.. model.Actions.Users.Select(_ => new MachineConditions(busy, full, new(new LinkLevel(50, 4))))], Worlds.Still(model).Nodes));
        DeepQLearner learner = new(model.Actions, Options(world, DeepQHeads.PerUser, null) with { Hidden = 8, Batch = 2 });
        LearnerChecks.Learn(learner, world, 8000);
        Assert.Equal((Math.Exp(-8000 / 300.0) * 0.95) + 0.05, learner.Epsilon, 9);
    }

    [Fact]
    public void Learn_MoreUsersThanAreSearchedExactly_KeepsTheGoal()
    {
        SystemModel model = Worlds.Paper(25);
        SimulatedEnvironment world = new(model, Worlds.Still(model));
        DeepQLearner learner = new(model.Actions, Options(world, DeepQHeads.PerUserAndCount, 0.85, AccuracyRule.Known) with { Exploration = new(1, 0, 10) });
        int[] all = LearnerChecks.Learn(learner, world, 60);
        for (int i = 0; i < all.Length; i += 25) Assert.True(model.Actions.MeanAccuracy(all.AsSpan(i, 25)) >= 0.85 - 1e-9);
    }

    [Fact]
    public void New_TooManyJointActions_IsRefused_PerUserIsNot()
    {
        ActionSpace six = Worlds.Paper(6).Actions;
        Assert.Contains("per user", Assert.Throws<IsthmusException>(() => new DeepQLearner(six, new(new(new(), 100)))).Message, StringComparison.Ordinal);
        Assert.True(new DeepQLearner(six, new(new(new(), 100)) { Heads = DeepQHeads.PerUser }).Parameters < 100_000);
        ActionSpace crowd = Worlds.Paper(400).Actions;
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new DeepQLearner(crowd, new(new(new(), 100)) { Heads = DeepQHeads.PerUserAndCount })).Kind);
    }

    [Fact]
    public void New_OptionsThatMakeNoSense_AreRefused()
    {
        DeepQOptions good = new(new(new(), 100));
        Assert.All(
            new[] { good with { Heads = (DeepQHeads)9 }, good with { Hidden = 0 }, good with { Discount = 1 }, good with { Replay = 0 }, good with { Batch = 0 }, good with { TargetEvery = 0 }, good with { OutputRate = 0 }, good with { RateSteps = double.NaN } },
            o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new DeepQLearner(Model.Actions, o)).Kind));
    }

    private static SimulatedEnvironment World() => new(Model, Worlds.Moving(Model));

    private static DeepQOptions Options(SimulatedEnvironment world, DeepQHeads heads, double? wanted, AccuracyRule rule = AccuracyRule.Penalty) =>
        new(new(new(wanted), RewardRule.WorstOf(world.Model, world.State), rule)) { Heads = heads };
}
