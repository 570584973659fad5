using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Isthmus.Bench;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Modelling;

namespace Isthmus.Core.Tests.Orchestration.Modelling;

public sealed class ModelLearnerTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(0.85)]
    public void Learn_FiveUsersOnlyTheStructure_ComesWithinOnePercentInAHundredSteps(double? mean)
    {
        double sum = 0;
        for (int seed = 0; seed < 4; seed++)
        {
            SystemModel truth = InventedUsers.Create(seed, 5);
            ModelLearner learner = new(truth.Actions, new(mean), seed);
            InventedWorld world = new(truth, seed);
            world.Step(learner, 100);
            sum += world.Gap(learner, new(mean));
        }

        Assert.InRange(sum / 4, 0, 0.01);
    }

    [Fact]
    public void Learn_AProfileThatIsOff_IsCorrected()
    {
        SystemModel truth = InventedUsers.Create(1, 6), profile = Off(truth, 5);
        ModelLearner learner = new(profile.Actions, new(0.85), 1, null, profile);
        InventedWorld world = new(truth, 1);
        double before = world.Gap(learner, new(0.85));
        world.Step(learner, 80);
        Assert.True(world.Gap(learner, new(0.85)) < Math.Min(0.01, before));
    }

    [Fact]
    public void Choose_AnyTime_KeepsTheGoalAndEveryFloor() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        SystemModel truth = InventedUsers.Create(seed, 3 + (seed % 8));
        ActionSpace actions = truth.Actions with { Users = [.. truth.Actions.Users.Select((u, i) => i % 3 == 0 ? u with { MinAccuracy = 0.86 } : u)] };
        AccuracyGoal goal = new(0.8 + (seed % 9 / 100.0));
        ModelLearner learner = new(actions, goal, seed);
        InventedWorld world = new(truth, seed);
        for (int i = 0; i < 15; i++)
        {
            world.Step(learner);
            if (!goal.Allows(actions.MeanAccuracy(world.Choices))) return false;
            if (actions.Users.Where((u, n) => u.Actions[world.Choices[n]].Accuracy < (u.MinAccuracy ?? 0) - 1e-9).Any()) return false;
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void Choose_Exploring_CostsNoMoreThanTheBudget()
    {
        SystemModel truth = InventedUsers.Create(4, 5);
        ModelLearnerOptions options = new() { ExplorationSteps = 2, ExplorationShare = 0.01 };
        ModelLearner learner = new(truth.Actions, new(), 1, options);
        InventedWorld world = new(truth, 1);
        double spent = 0;
        for (int step = 1; step <= 150; step++)
        {
            double before = learner.Budget;
            world.Step(learner);
            spent += before + options.ExplorationShare - learner.Budget;
            Assert.InRange(learner.Budget, 0, 1e9);
            Assert.True(spent <= options.ExplorationSteps + (step * options.ExplorationShare) + 1e-9);
        }

        Assert.InRange(learner.Explored, 1, 150);
    }

    [Fact]
    public void ChooseBest_Asked_ChangesNothing()
    {
        SystemModel truth = InventedUsers.Create(4, 12);
        ModelLearner asked = new(truth.Actions, new(0.85), 1), other = new(truth.Actions, new(0.85), 1);
        InventedWorld first = new(truth, 1), second = new(truth, 1);
        int[] choices = new int[12];
        for (int i = 0; i < 20; i++)
        {
            asked.ChooseBest(InventedUsers.State(truth, i), choices);
            first.Step(asked);
            second.Step(other);
        }

        Assert.Equal(asked.Save().ToJsonString(), other.Save().ToJsonString());
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(12, false)]
    public void Restore_WhatWasSaved_GoesOnExactly(int users, bool profiled)
    {
        SystemModel truth = InventedUsers.Create(6, users);
        SystemModel? profile = profiled ? truth : null;
        ModelLearner learner = new(truth.Actions, new(0.84), 9, null, profile);
        InventedWorld world = new(truth, 2);
        for (int part = 0; part < 2; part++)
        {
            JsonObject saved = JsonNode.Parse(learner.Save().ToJsonString())!.AsObject();
            ModelLearner restored = ModelLearner.Restore(truth.Actions, new(0.84), saved, null, profile);
            Assert.Equal(learner.Save().ToJsonString(), restored.Save().ToJsonString());
            Assert.Equal(learner.Save().ToJsonString(), ModelLearner.Restore(truth.Actions, new(0.84), learner.Save(), null, profile).Save().ToJsonString());
            int[] one = new int[users], two = new int[users];
            learner.Choose(world.State, one);
            restored.Choose(world.State, two);
            Assert.Equal(one, two);
            learner = restored;
            world.Step(learner, 40);
        }
    }

    [Fact]
    public void Restore_Hostile_IsRefused()
    {
        SystemModel truth = InventedUsers.Create(6, 4);
        ModelLearner learner = new(truth.Actions, new(), 9);
        new InventedWorld(truth, 2).Step(learner, 5);
        string whole = learner.Save().ToJsonString();
        List<JsonObject> damaged = [new(), new() { ["kind"] = "dqn" }];
        foreach ((string path, JsonNode? value) in (List<(string, JsonNode?)>)
            [
                ("version", 2), ("random", "x"), ("budget", -1), ("budget", "9"), ("last", new JsonArray(1)), ("lastPrice", null), ("model", new JsonArray()), ("model.scale", 1e300), ("model.noise", 0),
                ("model.mean", "AAAA"), ("model.mean", new string('A', 100_000)), ("model.covariance", null), ("model.users", new JsonArray()), ("model.terms", new JsonArray("a")), ("model.drift", 1),
                ("model.prior", "profile"), ("model.nodes", new JsonArray("cloud", "edge")), ("model.responses", -4),
            ])
        {
            JsonObject copy = JsonNode.Parse(whole)!.AsObject();
            JsonObject at = path.StartsWith("model.", StringComparison.Ordinal) ? copy["model"]!.AsObject() : copy;
            at[path.Replace("model.", "", StringComparison.Ordinal)] = value;
            damaged.Add(copy);
        }

        // A covariance of nothing but not-a-number.
        JsonObject nan = JsonNode.Parse(whole)!.AsObject();
        byte[] bytes = Convert.FromBase64String(nan["model"]!["covariance"]!.GetValue<string>());
        Array.Fill<byte>(bytes, 0xFF);
        nan["model"]!["covariance"] = Convert.ToBase64String(bytes);
        damaged.Add(nan);
        Assert.All(damaged, d => Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => ModelLearner.Restore(truth.Actions, new(), d)).Kind));
        SystemModel others = InventedUsers.Create(6, 5);
        Assert.Throws<IsthmusException>(() => ModelLearner.Restore(others.Actions, new(), JsonNode.Parse(whole)!.AsObject()));
    }

    [Fact]
    public void For_UsersComeAndGo_WhoStaysIsKnownStill()
    {
        SystemModel truth = InventedUsers.Create(7, 8);
        ModelLearner learner = new(truth.Actions, new(0.85), 3);
        InventedWorld world = new(truth, 3);
        world.Step(learner, 120);

        // u0 and u1 go, two come, and the order changes.
        SystemModel more = InventedUsers.Create(7, 10);
        ActionSpace changed = truth.Actions with { Users = [more.Actions.Users[9], .. truth.Actions.Users.Skip(2).Reverse(), more.Actions.Users[8]] };
        ModelLearner other = learner.For(changed);
        SystemState state = InventedUsers.State(truth, 5), seen = new(8, 2);
        seen.Users[0] = seen.Users[7] = state.Users[0];
        for (int u = 2; u < 8; u++) seen.Users[8 - u] = state.Users[u];
        state.Nodes.CopyTo(seen.Nodes, 0);
        for (int u = 2; u < 8; u++)
        {
            for (int a = 0; a < 10; a++)
            {
                Prediction before = learner.Model.Predict(state, u, a, 2), after = other.Model.Predict(seen, 8 - u, a, 2);
                Assert.Equal(before.MeanMs, after.MeanMs, 6);
                Assert.Equal(before.DeviationMs, after.DeviationMs, 5);
            }
        }

        // Who came is expected to be as the others are.
        Assert.True(other.Model.Predict(seen, 0, 0, 1).DeviationMs < new LatencyModel(changed).Predict(seen, 0, 0, 1).DeviationMs * 5);
        Assert.Equal(learner.Budget, other.Budget);
    }

    [Fact]
    public void For_ANodeGoes_WhatIsLeftIsKnownStill()
    {
        SystemModel truth = InventedUsers.Create(7, 6);
        ModelLearner learner = new(truth.Actions, new(0.8), 3);
        InventedWorld world = new(truth, 3);
        world.Step(learner, 60);
        ActionSpace changed = new(["cloud"], [.. truth.Actions.Users.Select(u => u with { Actions = [.. u.Actions.Where(a => a.Node != 0).Select(a => a.Node == 1 ? a with { Node = 0 } : a)] })]);
        ModelLearner other = learner.For(changed);
        SystemState state = InventedUsers.State(truth, 5), seen = new(6, 1);
        state.Users.CopyTo(seen.Users, 0);
        seen.Nodes[0] = state.Nodes[1];
        for (int u = 0; u < 6; u++)
        {
            Assert.Equal(learner.Model.Predict(state, u, 9, 3).MeanMs, other.Model.Predict(seen, u, 8, 3).MeanMs, 6);
            Assert.Equal(learner.Model.Predict(state, u, 2, 1).MeanMs, other.Model.Predict(seen, u, 2, 1).MeanMs, 6);
        }
    }

    [Fact]
    public void Learn_TheEdgeSlowsDown_ComesWithinTwoPercentAgain()
    {
        SystemModel truth = InventedUsers.Create(3, 6);
        ModelLearner learner = new(truth.Actions, new(0.89), 3);
        InventedWorld world = new(truth, 3);
        world.Step(learner, 200);
        Assert.InRange(world.Gap(learner, new(0.89)), 0, 0.01);
        world.Truth = truth with { Actions = truth.Actions with { Users = [.. truth.Actions.Users.Select(u => u with { Actions = [.. u.Actions.Select(a => a.Node == 0 ? a with { NodeMs = 3 * a.NodeMs } : a)] })] } };
        double after = world.Gap(learner, new(0.89));
        world.Step(learner, 100);
        Assert.True(after > 0.02, $"the change would not matter: {after}");
        Assert.InRange(world.Gap(learner, new(0.89)), 0, 0.02);
    }

    [Fact]
    public void Learn_LostRequestsAndOutliers_ComesWithinTwoPercentStill()
    {
        SystemModel truth = InventedUsers.Create(2, 5);
        ModelLearner learner = new(truth.Actions, new(0.85), 3);
        Random random = new(5);
        InventedWorld world = new(truth, 3) { Disturb = (_, ms) => random.Next(20) switch { 0 => double.NaN, 1 => ms * (2 + (8 * random.NextDouble())), _ => ms } };
        world.Step(learner, 250);
        Assert.InRange(world.Gap(learner, new(0.85)), 0, 0.02);
        Assert.InRange(learner.Model.Lost, 20, 150);
    }

    [Fact]
    public void Learn_LinksGetSlowerAndNoMonitorSaysSo_ComesWithinThreePercentAgain()
    {
        SystemModel truth = InventedUsers.Create(3, 5);
        ModelLearner learner = new(truth.Actions, new(0.89), 3);
        InventedWorld world = new(truth, 3);
        world.Step(learner, 150);

        // The way to the cloud has a twentieth of its bandwidth.
        world.Truth = truth with { Actions = truth.Actions with { Users = [.. truth.Actions.Users.Select(u => u with { Actions = [.. u.Actions.Select(a => a.Node == 1 ? a with { Bytes = 20 * a.Bytes } : a)] })] } };
        double after = world.Gap(learner, new(0.89));
        world.Step(learner, 120);
        Assert.True(after > 0.05, $"the change would not matter: {after}");
        Assert.InRange(world.Gap(learner, new(0.89)), 0, 0.03);
        Assert.InRange(learner.Model.Drifts, 1, 40);
    }

    [Fact]
    public void Learn_ANodeTakesFewerAtOnce_ComesWithinThreePercentAgain()
    {
        SystemModel truth = InventedUsers.Create(3, 6) with { Contention = [ContentionCurve.TakingTurns(3), ContentionCurve.TakingTurns(6)] };
        ModelLearner learner = new(truth.Actions, new(0.89), 4);
        InventedWorld world = new(truth, 4);
        world.Step(learner, 200);
        world.Truth = truth with { Contention = [ContentionCurve.TakingTurns(3), ContentionCurve.TakingTurns(2)] };
        double after = world.Gap(learner, new(0.89));
        world.Step(learner, 150);
        Assert.True(after > 0.05, $"the change would not matter: {after}");
        Assert.InRange(world.Gap(learner, new(0.89)), 0, 0.03);
    }

    [Fact]
    public void New_ContradictoryWishes_SaysWho()
    {
        SystemModel truth = InventedUsers.Create(3, 3);
        ActionSpace actions = truth.Actions with { Users = [truth.Actions.Users[0], truth.Actions.Users[1] with { MinAccuracy = 0.95 }, truth.Actions.Users[2]] };
        IsthmusException refused = Assert.Throws<IsthmusException>(() => new ModelLearner(actions, new(), 1));
        Assert.Equal(ErrorKind.Planning, refused.Kind);
        Assert.Contains("user u1 wants 0.95", refused.Message, StringComparison.Ordinal);
    }

    private static SystemModel Off(SystemModel truth, int seed)
    {
        Random random = new(seed);
        return truth with
        {
            Actions = truth.Actions with
            {
                Users = [.. truth.Actions.Users.Select(u => u with { Actions = [.. u.Actions.Select(a => a with { DeviceMs = a.DeviceMs * (0.6 + random.NextDouble()), NodeMs = a.NodeMs * (0.6 + random.NextDouble()) })] })],
            },
        };
    }
}
