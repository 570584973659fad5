using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Isthmus.Bench;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Modelling;

public sealed class GuardRailTests
{
    [Fact]
    public void Choose_AnyLearner_NobodyIsSentWhatIsPredictedWorseThanTheSafeActionByMoreThanTheBound() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        (SystemModel truth, ActionSpace actions, AccuracyGoal goal) = Users(seed);
        GuardRailOptions options = new() { Bound = (seed % 5) * 0.2, UnprovenShare = seed % 3 * 0.05, ExplorationRequests = seed % 2 * 1000 };
        SystemModel? profile = seed % 4 == 0 ? null : truth with { Actions = actions };
        ILearner inner = seed % 7 == 0 ? new ModelLearner(actions, goal, seed, null, profile) : new Reckless(actions, seed);
        GuardRail guard = new(inner, actions, goal, options, profile);
        InventedWorld world = new(truth, seed);
        long[] unproven = new long[actions.Users.Length];
        bool[] heard = new bool[actions.Nodes.Length];
        int[] counts = new int[actions.Nodes.Length], chosen = new int[actions.Users.Length];
        for (int step = 1; step <= 25; step++)
        {
            guard.Choose(world.State, chosen);
            actions.Count(chosen, counts);
            if (!goal.Allows(actions.MeanAccuracy(chosen))) return false;
            for (int u = 0; u < chosen.Length; u++)
            {
                if (actions.Users[u].Actions[chosen[u]].Accuracy < (actions.Users[u].MinAccuracy ?? 0) - 1e-9) return false;
                if (chosen[u] == guard.Safe[u]) continue;
                Prediction own = At(u, chosen[u]), safe = actions.Users[u].Actions[guard.Safe[u]].Node < 0 ? At(u, guard.Safe[u]) : guard.Model.Predict(world.State, u, guard.Safe[u], chosen.Length);
                double limit = ((1 + options.Bound) * safe.MeanMs) + 1e-6;
                // Nothing predicts what the first request to a node takes, without a profile: one user alone tries it, as unproven.
                if (profile is null && actions.Users[u].Actions[chosen[u]].Node is >= 0 and var first && !heard[first])
                {
                    if (counts[first] != 1 || ++unproven[u] > 1 + (options.UnprovenShare * step)) return false;
                    continue;
                }

                if (own.MeanMs > limit) return false;
                if (own.MeanMs + (options.Caution * own.DeviationMs) > limit && ++unproven[u] > 1 + (options.UnprovenShare * step)) return false;
            }

            if (options.UnprovenShare == 0 && guard.Counts.Unproven > 0) return false;
            double[] ms = [.. chosen.Select((c, u) => truth.ExpectedMs(world.State, u, c, actions.Users[u].Actions[c].Node is >= 0 and var n ? counts[n] : 1))];
            guard.Learn(world.State, chosen, ms, world.State);
            for (int n = 0; n < heard.Length; n++) heard[n] |= counts[n] > 0;
        }

        return guard.Counts.Requests == 25 * actions.Users.Length && guard.Counts.Unproven == unproven.Sum();

        Prediction At(int u, int a)
        {
            int node = actions.Users[u].Actions[a].Node;
            return guard.Model.Predict(world.State, u, a, node < 0 ? 1 : counts[node]);
        }
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Choose_NothingIsKnownOfNodesThatAreWorthwhile_TheyAreFound(int seed)
    {
        // Two networks on a device, of which the guard's safe action is the small one, and the large one on a node that is faster than either: MobileNet's published times, 16 times as long.
        SystemModel truth = new(
            new(["edge", "cloud"], [.. Enumerable.Range(0, 5).Select(u => new UserMenu($"u{u}",
            [
                new("device large", UserAction.Own, 384, 0, 0, 0.899), new("device int8", UserAction.Own, 208, 0, 0, 0.890), new("device small", UserAction.Own, 36.8, 0, 0, 0.728),
                new("edge large", 0, 0, 20_000, 192, 0.899), new("cloud large", 1, 0, 20_000, 96, 0.899),
            ]))]), [ContentionCurve.TakingTurns(1), ContentionCurve.TakingTurns(1)]);
        AccuracyGoal goal = new(0.89);
        SimulatedEnvironment world = new(truth, new(
            [.. Enumerable.Range(0, 5).Select(_ => MachineConditions.Idle(20, 5))], [MachineConditions.Idle(1000, 0), MachineConditions.Idle(1000, 25)])
        { Seed = seed });
        GuardRail guard = new(new ModelLearner(truth.Actions, goal, seed), truth.Actions, goal);
        SystemState before = new(5, 2);
        int[] chosen = new int[5];
        double[] ms = new double[5];
        for (int step = 0; step < 150; step++)
        {
            world.State.CopyTo(before);
            guard.Choose(before, chosen);
            world.Step(chosen, ms);
            guard.Learn(before, chosen, ms, world.State);
        }

        guard.ChooseBest(world.State, chosen);
        double best = CountingSearch.Solve(truth.Problem(world.State, goal))!.MeanMs;
        Assert.InRange(world.ExpectedMeanMs(chosen), best - 1e-9, best * 1.01);
        Assert.True(goal.Allows(truth.Actions.MeanAccuracy(chosen)));
        Assert.True(guard.Counts.Unproven <= 5 * (1 + (0.02 * 150)));
    }

    [Fact]
    public void Choose_Exploring_IsPaidByEachUser()
    {
        SystemModel truth = InventedUsers.Create(3, 5);
        GuardRailOptions options = new() { Bound = 1000, Caution = 0, ExplorationShare = 0.01, ExplorationRequests = 0.5 };
        GuardRail guard = new(new Reckless(truth.Actions, 1), truth.Actions, new(), options, truth);
        InventedWorld world = new(truth, 1);
        world.Step(guard, 100);
        Assert.True(guard.Counts.OverBudget > 50);
        Assert.True(guard.Counts.Explored > 0);
        Assert.Equal(0, guard.Counts.OutOfBound);
    }

    [Fact]
    public void Choose_AGoodProfile_LetsTheLearnerPass()
    {
        // The optimum itself may be beyond the bound for a user; with a wide one, next to nothing is held back and the best is found.
        SystemModel truth = InventedUsers.Create(3, 6);
        ModelLearner learner = new(truth.Actions, new(0.8), 1, null, truth);
        GuardRail guard = new(learner, truth.Actions, new(0.8), new() { Bound = 20 });
        InventedWorld world = new(truth, 1);
        world.Step(guard, 60);
        Assert.InRange(world.Gap(guard, new(0.8)), 0, 0.01);
        Assert.True(guard.Counts.OutOfBound < 0.02 * guard.Counts.Requests, guard.Counts.ToString());
    }

    [Fact]
    public void Choose_UsersWithoutAnActionOfTheirOwn_AreServedOnNodes()
    {
        SystemModel truth = InventedUsers.Create(3, 4);
        ActionSpace actions = truth.Actions with { Users = [.. truth.Actions.Users.Select((u, i) => i < 2 ? u with { Actions = [.. u.Actions.Where(a => a.Node >= 0)] } : u)] };
        GuardRail guard = new(new Reckless(actions, 1), actions, new(0.85), new() { Bound = 0 }, truth with { Actions = actions });
        InventedWorld world = new(truth with { Actions = actions }, 1);
        world.Step(guard, 20);
        Assert.True(actions.Users[0].Actions[guard.Safe[0]].Node >= 0);
        Assert.True(actions.Users[3].Actions[guard.Safe[3]].Node < 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Restore_WhatWasSaved_GoesOnExactly(bool reckless)
    {
        SystemModel truth = InventedUsers.Create(5, 4);
        ILearner inner = reckless ? new Reckless(truth.Actions, 1) : new ModelLearner(truth.Actions, new(0.85), 1);
        GuardRail guard = new(inner, truth.Actions, new(0.85));
        InventedWorld world = new(truth, 1);
        world.Step(guard, 30);
        JsonObject saved = JsonNode.Parse(guard.Save().ToJsonString())!.AsObject();
        ILearner again = reckless ? inner : ModelLearner.Restore(truth.Actions, new(0.85), GuardRail.InnerOf(saved));
        GuardRail restored = GuardRail.Restore(again, truth.Actions, new(0.85), saved);
        Assert.Equal(guard.Save().ToJsonString(), restored.Save().ToJsonString());
        int[] one = new int[4], two = new int[4];
        guard.ChooseBest(world.State, one);
        restored.ChooseBest(world.State, two);
        Assert.Equal(one, two);
    }

    [Fact]
    public void Restore_Hostile_IsRefused()
    {
        SystemModel truth = InventedUsers.Create(5, 4);
        Reckless inner = new(truth.Actions, 1);
        string whole = new GuardRail(inner, truth.Actions, new()).Save().ToJsonString();
        foreach ((string name, JsonNode? value) in (List<(string, JsonNode?)>)[("kind", "model"), ("version", 3), ("users", new JsonArray("a")), ("budget", "AAAA"), ("unproven", null), ("counts", new JsonArray(1, -2, 3, 4, 5, 6)), ("model", null)])
        {
            JsonObject copy = JsonNode.Parse(whole)!.AsObject();
            copy[name] = value;
            Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => GuardRail.Restore(inner, truth.Actions, new(), copy)).Kind);
        }
    }

    [Fact]
    public void For_UsersComeAndGo_BudgetsStayWithTheirUsers()
    {
        SystemModel truth = InventedUsers.Create(5, 4);
        GuardRail guard = new(new Reckless(truth.Actions, 1), truth.Actions, new());
        new InventedWorld(truth, 1).Step(guard, 30);
        ActionSpace changed = truth.Actions with { Users = [.. truth.Actions.Users.Reverse()] };
        GuardRail same = guard.For(changed, new Reckless(changed, 1)).For(truth.Actions, new Reckless(truth.Actions, 1));
        Assert.Equal(guard.Save()["budget"]!.GetValue<string>(), same.Save()["budget"]!.GetValue<string>());
        Assert.Equal(guard.Counts, same.Counts);
    }

    [Fact]
    public void New_ALearnerOfOthers_IsRefused()
    {
        SystemModel truth = InventedUsers.Create(5, 4), other = InventedUsers.Create(6, 4);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new GuardRail(new ModelLearner(other.Actions, new(), 1), truth.Actions, new())).Kind);
    }

    private static (SystemModel Truth, ActionSpace Actions, AccuracyGoal Goal) Users(int seed)
    {
        SystemModel truth = InventedUsers.Create(seed, 2 + (seed % 7), 1 + (seed % 3));
        ActionSpace actions = truth.Actions with
        {
            Users =
            [
                .. truth.Actions.Users.Select((u, i) => ((seed / 3) + i) % 4 == 0
                    ? u with { Actions = [.. u.Actions.Select((a, n) => a with { Name = a.Name + (a.Node < 0 ? "" : "!"), DeviceMs = a.Node < 0 ? a.DeviceMs : n })], MinAccuracy = 0.85 } : u),
            ],
        };
        return (truth with { Actions = actions }, actions, new(seed % 6 == 0 ? null : 0.75 + (seed % 13 / 100.0), seed % 11 == 0 ? 300 : null));
    }
}
