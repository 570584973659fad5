using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class LinearBanditTests
{
    private static readonly SystemModel Model = Worlds.Paper(3);

    [Theory]
    [InlineData(2, null, 1)]
    [InlineData(2, 0.89, 2)]
    [InlineData(3, 0.85, 3)]
    public void Learn_LinksThatChange_ComesToTheOptimum(int users, double? wanted, long seed)
    {
        SystemModel model = Worlds.Paper(users);
        SimulatedEnvironment world = new(model, Worlds.Moving(model, seed));
        ConvergenceResult result = Convergence.Run(new LinearBandit(model.Actions, new(new(wanted))), world, new(new(wanted)) { MaxSteps = 2000 });
        Assert.NotNull(result.ConvergedAt);
        Assert.True(result.Last.Excess <= 0.01);
    }

    [Fact]
    public void Learn_MenusWithWrongTimesOfDevices_LearnsTheirPace()
    {
        // The menus say half of what the devices really take.
        ActionSpace menus = Model.Actions with { Users = [.. Model.Actions.Users.Select(u => u with { Actions = [.. u.Actions.Select(a => a with { DeviceMs = a.DeviceMs / 2 })] })] };
        SimulatedEnvironment world = new(Model, Worlds.Still(Model));
        Assert.NotNull(Convergence.Run(new LinearBandit(menus, new(new(0.85))), world, new(new(0.85)) { MaxSteps = 2000 }).ConvergedAt);
    }

    [Fact]
    public void Learn_ManySteps_RegretGrowsSlowerThanTheSteps()
    {
        SimulatedEnvironment world = new(Model, Worlds.Moving(Model) with { Spread = 0.2 });
        ConvergenceResult result = Convergence.Run(new LinearBandit(Model.Actions, new(new(0.85))), world, new(new(0.85)) { MaxSteps = 6000, StopWhenConverged = false, CurvePoints = 2000 });
        double At(long step) => result.Curve.First(p => p.Step >= step).Regret;
        double early = (At(2000) - At(500)) / 1500, late = (At(6000) - At(4500)) / 1500;
        Assert.True(At(6000) > 0 && late < 0.8 * early, $"{late} ms a step at the end, {early} before");
    }

    [Fact]
    public void Learn_NodesBecomeSlowerWithoutAnybodySayingSo_ForgetsAndRecovers()
    {
        SimulatedEnvironment world = new(Model, Worlds.Still(Model));
        LinearBandit learner = new(Model.Actions, new(new(0.85)) { Memory = 0.97 });
        Assert.NotNull(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 1000 }).ConvergedAt);
        world.Change(Model with { Contention = [new([4], 4), Model.Contention[1]] }, world.Options);
        Assert.NotNull(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 5000 }).ConvergedAt);
    }

    [Fact]
    public void Learn_BandwidthFallsInAStep_FollowsAtOnce()
    {
        SimulatedEnvironment world = new(Model, Worlds.Still(Model));
        LinearBandit learner = new(Model.Actions, new(new(0.85)));
        Assert.NotNull(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 1000 }).ConvergedAt);
        world.Change(Model, world.Options with { Users = [.. world.Options.Users.Select(_ => MachineConditions.Idle(2, 30))] });
        Assert.InRange(Convergence.Run(learner, world, new(new(0.85)) { MaxSteps = 1000 }).ConvergedAt ?? 1000, 0, 200);
    }

    [Fact]
    public void Choose_ANodeThatLosesEverything_IsLeft()
    {
        LinearBandit learner = new(Model.Actions, new(new()) { ForcedPower = null });
        SystemState state = new SimulatedEnvironment(Model, Worlds.Still(Model)).State;
        int[] choices = new int[3];
        int edge = 0;
        for (int i = 0; i < 100; i++)
        {
            learner.Choose(state, choices);
            edge = choices.Count(c => c == 8);
            double[] ms = [.. choices.Select((c, u) => c == 8 ? double.NaN : Model.ExpectedMs(state, u, c, choices.Count(x => x == c)))];
            learner.Learn(state, choices, ms, state);
        }

        Assert.Equal(0, edge);
    }

    [Fact]
    public void Choose_DevicesAreFarFaster_IsForcedToNodesNowAndThenAsOftenAsTheHorizonSays()
    {
        SystemModel model = Worlds.Paper(2, deviceFactor: 0.01);
        SimulatedEnvironment world = new(model, Worlds.Still(model));
        int[] all = LearnerChecks.Learn(new LinearBandit(model.Actions, new(new()) { Alpha = 0, Horizon = 256 }), world, 256);

        // ⌈256^¼⌉ = 4. Without a bonus nothing else sends anybody to a node, but for the first times, when a node looks as if it took nothing.
        int[] forced = [.. Enumerable.Range(20, 236).Where(i => all[2 * i] >= 8 || all[(2 * i) + 1] >= 8)];
        Assert.All(forced, i => Assert.Equal(3, i % 4));
        Assert.Equal(236 / 4, forced.Length);
    }

    [Fact]
    public void Choose_AUserWantsAccuracyAndAMeanIsWanted_NoStepMissesThem()
    {
        ActionSpace actions = Model.Actions with { Users = [Model.Actions.Users[0] with { MinAccuracy = 0.88 }, .. Model.Actions.Users.Skip(1)] };
        SimulatedEnvironment world = new(Model with { Actions = actions }, Worlds.Moving(Model));
        int[] all = LearnerChecks.Learn(new LinearBandit(actions, new(new(0.87))), world, 300);
        for (int i = 0; i < all.Length; i += 3)
            Assert.True(actions.MeanAccuracy(all.AsSpan(i, 3)) >= 0.87 - 1e-9 && actions.Users[0].Actions[all[i]].Accuracy >= 0.88);
    }

    [Fact]
    public void Choose_KeyUsers_TryLess()
    {
        // With the bonus alone, an important user is tried with what looks worse on fewer steps.
        int ordinary = Tried([]), key = Tried([0, 1, 2]);
        Assert.True(key < ordinary, $"{key} and {ordinary}");

        static int Tried(int[] users)
        {
            SimulatedEnvironment world = new(Model, Worlds.Still(Model) with { Spread = 0.3 });
            LinearBandit learner = new(Model.Actions, new(new(0.85)) { ForcedPower = null, Alpha = 8, OrdinaryWeight = 0, KeyWeight = 0.99, KeyUsers = [.. users] });
            JointDecision best = CountingSearch.Solve(Model.Problem(world.State, new(0.85)))!;
            int[] all = LearnerChecks.Learn(learner, world, 400);
            return Enumerable.Range(0, 400).Count(i => Model.Problem(world.State, new(0.85)).Decide([.. all.Skip(3 * i).Take(3)]).MeanMs > best.MeanMs * 1.0001);
        }
    }

    [Fact]
    public void Learn_ManyUsers_IsBetterThanAllOnTheirDevices()
    {
        SystemModel model = Worlds.Paper(40);
        SimulatedEnvironment world = new(model, Worlds.Still(model));
        LinearBandit learner = new(model.Actions, new(new(0.85)));
        LearnerChecks.Learn(learner, world, 60);
        int[] choices = new int[40];
        learner.ChooseBest(world.State, choices);
        JointProblem problem = model.Problem(world.State, new(0.85));
        double got = problem.Decide([.. choices]).MeanMs, best = new FastSearch().Solve(problem)!.MeanMs;
        Assert.InRange(got, 0.99 * best, 1.05 * best);
        Assert.True(model.Actions.MeanAccuracy(choices) >= 0.85 - 1e-9);
    }

    [Fact]
    public void Choose_ManyUsers_KnotsOfCountsStayFew()
    {
        SystemModel model = Worlds.Paper(40, variants: 1);
        SimulatedEnvironment world = new(model, Worlds.Still(model));
        LinearBandit learner = new(model.Actions, new(new()) { Search = Greedy });
        LearnerChecks.Learn(learner, world, 5);
        Assert.Equal(14 * 14 * 8, Convert.FromBase64String(learner.Save()["a0"]!.GetValue<string>()).Length);

        static JointDecision? Greedy(JointProblem problem) => problem.Decide([.. problem.Users.Select((u, i) => i % u.Options.Length)]);
    }

    [Fact]
    public void Restore_WhatWasSaved_GoesOnExactly()
    {
        LinearBanditOptions options = new(new(0.85)) { Memory = 0.99 };
        LearnerChecks.IsRestoredExactly(new LinearBandit(Model.Actions, options), s => LinearBandit.Restore(Model.Actions, options, s), World, 200);
    }

    [Fact]
    public void Choose_EqualWorlds_AreEqual() =>
        Assert.Equal(LearnerChecks.Learn(new LinearBandit(Model.Actions, new(new(0.85))), World(), 200), LearnerChecks.Learn(new LinearBandit(Model.Actions, new(new(0.85))), World(), 200));

    [Fact]
    public void Restore_HostileJson_IsRefused()
    {
        LinearBandit learner = new(Model.Actions, new(new(0.85)));
        LearnerChecks.Learn(learner, World(), 50);
        LearnerChecks.RefusesHostile(learner, s => LinearBandit.Restore(Model.Actions, new(new(0.85)), s), () => new LinearBandit(Worlds.Paper(2).Actions, new(new())));
    }

    [Fact]
    public void New_OptionsThatMakeNoSense_AreRefused()
    {
        LinearBanditOptions good = new(new());
        Assert.All(
            new[] { good with { Alpha = -1 }, good with { KeyWeight = 2 }, good with { KeyUsers = [3] }, good with { ForcedPower = 2 }, good with { Horizon = 0 }, good with { Ridge = 0 }, good with { Memory = 0 }, good with { LostMs = double.NaN } },
            o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new LinearBandit(Model.Actions, o)).Kind));
        Assert.Equal(ErrorKind.Planning, Assert.Throws<IsthmusException>(() => new LinearBandit(Model.Actions, new(new(0.99)))).Kind);
    }

    private static SimulatedEnvironment World() => new(Model, Worlds.Moving(Model));
}
