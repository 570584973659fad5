using FsCheck;
using FsCheck.Fluent;
using Isthmus.Bench;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Tests.Orchestration.Modelling;

public sealed class LatencyModelTests
{
    private static readonly LatencyModelOptions Plain = new() { LearnNoise = false, Outlier = double.PositiveInfinity, DriftThreshold = double.PositiveInfinity, ForgetSteps = double.PositiveInfinity };

    [Fact]
    public void Learn_ManySteps_IsWhatBatchLeastSquaresOfTheSameTermsSays() => Prop.ForAll(Gen.Choose(0, 1_000_000).ToArbitrary(), seed =>
    {
        // A profile's terms are the same whatever was learned, so that a batch can be made of them.
        SystemModel truth = InventedUsers.Create(seed, 4, 1 + (seed % 3));
        LatencyModel model = new(truth.Actions, truth, Plain);
        int shared = model.Layout.Shared.Count;
        BatchRegression batch = new([.. model.Layout.Shared.Select(t => (t.Mean, t.Deviation)), .. model.Layout.Users.SelectMany(u => u).Select(t => (t.Mean, t.Deviation))]);
        Random random = new(seed);
        int[] counts = new int[2];
        for (int step = 0; step < 12; step++)
        {
            SystemState state = InventedUsers.State(truth, seed + step);
            int[] choices = [.. truth.Actions.Users.Select(u => random.Next(u.Actions.Length))];
            truth.Actions.Count(choices, counts);
            for (int u = 0; u < choices.Length; u++)
            {
                // One user at a time, so that the weight of each response is known.
                int node = truth.Actions.Users[u].Actions[choices[u]].Node, sharing = node < 0 ? 1 : counts[node];
                double[] ms = [double.NaN, double.NaN, double.NaN, double.NaN], x = Flat(model, state, u, choices[u], sharing);
                ms[u] = truth.ExpectedMs(state, u, choices[u], sharing) * (0.7 + (0.6 * random.NextDouble()));
                (double mean, double variance) = model.Regression.Predict(u, x.AsSpan(0, shared), x.AsSpan(Start(model, u), model.Layout.Users[u].Length));
                double about = Math.Max(Math.Max(mean, 0.5 * Math.Min(ms[u], 3 * (Math.Abs(mean) + Math.Sqrt(variance)))), 1e-3) * model.Noise;
                batch.Add(x, ms[u], about * about);
                model.Learn(state, choices, ms);
            }
        }

        SystemState now = InventedUsers.State(truth, seed + 99);
        return Enumerable.Range(0, 4).All(u => Enumerable.Range(0, truth.Actions.Users[u].Actions.Length).All(a =>
        {
            Prediction prediction = model.Predict(now, u, a, 2);
            (double mean, double variance) = batch.Predict(Flat(model, now, u, a, 2));
            return Math.Abs(prediction.MeanMs - Math.Max(1e-3, mean)) <= 1e-6 * (1 + Math.Abs(mean)) && Math.Abs(prediction.DeviationMs - Math.Sqrt(variance)) <= 1e-5 * (1 + Math.Sqrt(variance));
        }));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));

    [Fact]
    public void Predict_AProfileAndNothingSeen_IsTheProfile()
    {
        SystemModel profile = InventedUsers.Create(1, 6, 2) with { LowMemoryFactor = 2 };
        LatencyModel model = new(profile.Actions, profile);
        SystemState state = InventedUsers.State(profile, 3);
        state.Users[2] = state.Users[2] with { Memory = 0.05 };
        state.Nodes[0] = state.Nodes[0] with { Memory = 0.05 };
        for (int u = 0; u < 6; u++)
        {
            for (int a = 0; a < profile.Actions.Users[u].Actions.Length; a++)
            {
                foreach (int k in (int[])[1, 3, 6]) Assert.Equal(profile.ExpectedMs(state, u, a, k), model.Predict(state, u, a, k).MeanMs, 6);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Fill_Expectations_AreThePredictions(bool profiled)
    {
        // 14 users: beyond the knots at every number.
        SystemModel truth = InventedUsers.Create(5, 14, 2);
        ModelLearner learner = new(truth.Actions, new(), 1, null, profiled ? truth : null);
        InventedWorld world = new(truth, 5);
        world.Disturb = (u, ms) => ms * (1.5 + (0.1 * u));
        world.Step(learner, 15);
        LatencyModel model = learner.Model;
        JointTable table = new();
        model.Fill(table, world.State, new());
        for (int u = 0; u < 14; u++)
        {
            for (int a = 0; a < truth.Actions.Users[u].Actions.Length; a++)
            {
                double most = 0;
                for (int k = 1; k <= 14; k++)
                {
                    // The table never falls with more users.
                    most = Math.Max(most, model.Predict(world.State, u, a, k).MeanMs);
                    Assert.Equal(most, table.Ms(table.Find(u, a), k), 6);
                    if (truth.Actions.Users[u].Actions[a].Node < 0) break;
                }
            }
        }
    }

    [Fact]
    public void Learn_OnlyTheStructure_LooksAtNoTimeOfTheActions()
    {
        SystemModel truth = InventedUsers.Create(2, 4);
        ActionSpace blind = truth.Actions with { Users = [.. truth.Actions.Users.Select(u => u with { Actions = [.. u.Actions.Select(a => a with { DeviceMs = a.Node < 0 ? 1 : 0, NodeMs = a.Node < 0 ? 0 : 1 })] })] };
        LatencyModel seeing = new(truth.Actions), other = new(blind);
        Random random = new(3);
        SystemState state = InventedUsers.State(truth, 1);
        for (int step = 0; step < 10; step++)
        {
            int[] choices = [.. truth.Actions.Users.Select(u => random.Next(u.Actions.Length))];
            double[] ms = [.. choices.Select(_ => 10 + (100 * random.NextDouble()))];
            seeing.Learn(state, choices, ms);
            other.Learn(state, choices, ms);
        }

        for (int a = 0; a < 10; a++) Assert.Equal(seeing.Predict(state, 1, a, 2), other.Predict(state, 1, a, 2));
    }

    [Fact]
    public void Learn_LostAndAbsurdResponses_ChangeNothing()
    {
        SystemModel truth = InventedUsers.Create(2, 3);
        LatencyModel model = new(truth.Actions, truth);
        SystemState state = InventedUsers.State(truth, 1);
        Prediction before = model.Predict(state, 0, 0, 1);
        model.Learn(state, [0, 0, 0], [double.NaN, double.PositiveInfinity, -1]);
        Assert.Equal(before, model.Predict(state, 0, 0, 1));
        Assert.Equal((0L, 3L), (model.Responses, model.Lost));
    }

    [Fact]
    public void Learn_AFewOutliers_MoveTheExpectationLittle()
    {
        SystemModel truth = InventedUsers.Create(2, 3);
        LatencyModel model = new(truth.Actions, truth);
        SystemState state = InventedUsers.State(truth, 1);
        double expected = truth.ExpectedMs(state, 0, 0, 1);
        Random random = new(1);
        for (int i = 0; i < 200; i++) model.Learn(state, [0, 0, 0], [expected * (i % 20 == 10 ? 30 : 0.95 + (0.1 * random.NextDouble())), double.NaN, double.NaN]);
        Assert.InRange(model.Predict(state, 0, 0, 1).MeanMs, 0.97 * expected, 1.1 * expected);
        Assert.InRange(model.Outliers, 8, 20);
    }

    [Fact]
    public void Learn_ADeviceGetsSlower_IsFoundAndLearnedAnew()
    {
        SystemModel truth = InventedUsers.Create(2, 3);
        LatencyModel model = new(truth.Actions, truth);
        SystemState state = InventedUsers.State(truth, 1);
        double expected = truth.ExpectedMs(state, 0, 0, 1);
        Random random = new(1);
        for (int i = 0; i < 2000; i++) model.Learn(state, [0, 0, 0], [expected * (0.9 + (0.2 * random.NextDouble())), double.NaN, double.NaN]);
        Assert.Equal(0, model.Drifts);
        for (int i = 0; i < 12; i++) model.Learn(state, [0, 0, 0], [2 * expected * (0.9 + (0.2 * random.NextDouble())), double.NaN, double.NaN]);
        Assert.InRange(model.Drifts, 1, 3);
        Assert.InRange(model.Predict(state, 0, 0, 1).MeanMs, 1.85 * expected, 2.15 * expected);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Learn_MonitorsLie_EverythingStaysFiniteAndDecisionsGoOn(bool profiled)
    {
        SystemModel truth = InventedUsers.Create(2, 4);
        ModelLearner learner = new(truth.Actions, new(0.85), 1, null, profiled ? truth : null);
        double[] lies = [0, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, double.Epsilon, 0.5];
        Random random = new(1);
        int[] choices = new int[4];
        for (int step = 0; step < 200; step++)
        {
            SystemState state = new(4, 2);
            for (int u = 0; u < 4; u++) state.Users[u] = new(Lie(), Lie(), Lie(), Lie());
            for (int n = 0; n < 2; n++) state.Nodes[n] = new(Lie(), Lie(), Lie(), Lie());
            learner.Choose(state, choices);
            learner.Learn(state, choices, [Lie(), 50, 9e6, 100], state);
        }

        SystemState now = InventedUsers.State(truth, 1);
        for (int a = 0; a < 10; a++) Assert.True(double.IsFinite(learner.Model.Predict(now, 1, a, 2).MeanMs) && double.IsFinite(learner.Model.Predict(now, 1, a, 2).DeviationMs));

        double Lie() => lies[random.Next(lies.Length)];
    }

    [Fact]
    public void New_WhatMakesNoSense_IsRefused()
    {
        SystemModel truth = InventedUsers.Create(2, 3), other = InventedUsers.Create(3, 3);
        Action[] wrong =
        [
            () => _ = new LatencyModel(truth.Actions with { Users = [] }), () => _ = new LatencyModel(truth.Actions, other), () => _ = new LatencyModel(truth.Actions, truth with { Contention = [] }),
            () => _ = new LatencyModel(truth.Actions, null, new() { Noise = double.NaN }), () => _ = new LatencyModel(truth.Actions, truth with { LowMemoryFactor = 0 }),
        ];
        Assert.All(wrong, w => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(w).Kind));
    }

    private static int Start(LatencyModel model, int user) => model.Layout.Shared.Count + model.Layout.Users.Take(user).Sum(static u => u.Length);

    // The features as a row over all parameters: what the model's expectation changes by with each parameter.
    private static double[] Flat(LatencyModel model, SystemState state, int user, int action, int sharing)
    {
        (double[] x, double[] v) = model.Row(state, user, action, sharing);
        double[] row = new double[Start(model, model.Layout.Users.Length)];
        x.CopyTo(row, 0);
        v.CopyTo(row, Start(model, user));
        return row;
    }
}
