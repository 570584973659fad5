using System.Diagnostics;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Bench.Orchestration;

/// <summary>Rows of `bench orchestrate`: how fast the two simulations and the learners of rewards are, each beside plain loops that do the same.</summary>
internal static class SimulationRows
{
    private const int Steps = 2000;
    private const double Mean = 0.85;

    /// <summary>Measures.</summary>
    /// <param name="rows">Is added to.</param>
    /// <param name="model">Five users of ten actions and two nodes.</param>
    /// <param name="moving">How they change.</param>
    /// <param name="cancellationToken">Ends the run between two measurements.</param>
    public static void Add(List<ComparisonRow> rows, SystemModel model, SimulationOptions moving, CancellationToken cancellationToken)
    {
        string what = $"{model.Actions.Users.Length} users × {model.Actions.MostActions} actions × {model.Actions.Nodes.Length} nodes, processors and links change";
        Simulated(rows, what, model, moving, cancellationToken);
        Arrivals(rows, cancellationToken);
        Learners(rows, what, model, moving, cancellationToken);
    }

    private static void Simulated(List<ComparisonRow> rows, string what, SystemModel model, SimulationOptions moving, CancellationToken cancellationToken)
    {
        SimulatedEnvironment fast = new(model, moving);
        PlainSimulation plain = new(model, moving, 1);
        int[][] choices = Joint(model);
        double[] ms = new double[model.Actions.Users.Length];
        double[] seconds = Measurement.SecondsPerCall(
            [
                () =>
                {
                    for (int i = 0; i < Steps; i++) fast.Step(choices[i & 63], ms);
                },
                () =>
                {
                    for (int i = 0; i < Steps / 10; i++) plain.Step(choices[i & 63]);
                },
            ],
            rounds: 5, cancellationToken: cancellationToken);
        double rate = Steps / seconds[0];
        rows.Add(ComparisonRow.Of(what, "simulated steps per second on one core", "1/s", rate, "plain loops", Steps / 10 / seconds[1], "≥ 1,000,000 a second", rate >= 1e6));
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Steps; i++) fast.Step(choices[i & 63], ms);
        double bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Steps;
        before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < Steps; i++) plain.Step(choices[i & 63]);
        rows.Add(ComparisonRow.Of(what, "bytes allocated by a step", "B", bytes, "plain loops", (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Steps, "0", bytes == 0));
    }

    // Users who all use one node of one worker, on which a request takes 10 ms: what the formula knows. At 0.8 of what it can serve, and at ten times that.
    private static void Arrivals(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        foreach ((string name, double load) in new[] { ("0.8 of what the node can serve", 0.8), ("10 times what the node can serve", 10.0) })
        {
            const int most = 200;
            SystemModel model = new(new(["node"], [.. Enumerable.Range(0, 5).Select(u => new UserMenu($"u{u}", [new("node", 0, 0, 0, 10, 1)]))]), [ContentionCurve.TakingTurns(1)]);
            MachineConditions idle = MachineConditions.Idle(1000, 0);
            ArrivalEnvironment world = new(model, new([.. Enumerable.Repeat(idle, 5)], [idle], [.. Enumerable.Repeat(new ArrivalProcess(load / 10 * 1000 / 5), 5)]) { WorkSpread = 1, MaxPending = most / 5 });
            PlainProcessorSharing plain = new(load / 10, 10, most);
            int[] choices = new int[5];
            double[] ms = new double[5];
            double until = 0;
            double[] seconds = Measurement.SecondsPerCall(
                [
                    () => world.Step(choices, ms),
                    () => plain.Run(until += 1000),
                ],
                rounds: 5, cancellationToken: cancellationToken);
            string what = $"5 users, every request simulated, {name}";
            double perSecond = world.Arrived / (world.NowMs / 1000);
            rows.Add(ComparisonRow.Of(what, "requests simulated per second on one core", "1/s", perSecond / seconds[0], "plain loops", perSecond / seconds[1]));
            if (load < 1) rows.Add(ComparisonRow.Of(what, "mean response time", "ms", world.Responses.MeanMs, "M/M/1-PS: work / (1 − load)", 10 / (1 - load)));
            else rows.Add(ComparisonRow.Of(what, "requests lost", "%", 100.0 * world.Lost / world.Arrived, "all but what can be served", 90));
            rows.Add(ComparisonRow.Of(what, "p99 of response times", "ms", world.Responses.QuantileMs(0.99), "their mean", world.Responses.MeanMs));
            rows.Add(ComparisonRow.Of(what, "Jain's fairness of the users' means", "", world.Fairness, "all equal", 1));
        }
    }

    private static void Learners(List<ComparisonRow> rows, string what, SystemModel model, SimulationOptions moving, CancellationToken cancellationToken)
    {
        int users = model.Actions.Users.Length;
        SimulatedEnvironment world = new(model, moving);
        RewardRule rule = new(new(Mean), RewardRule.WorstOf(model, world.State));
        double plainTable = PlainTableRate(model, moving, rule.WorstMs);
        PlainNetwork network = new(StateLevels.Length(users, model.Actions.Nodes.Length), 128, (int)model.Actions.JointActions);
        long begin = Stopwatch.GetTimestamp();
        network.Step(32);
        double plainNetwork = 1 / Stopwatch.GetElapsedTime(begin).TotalSeconds;
        (string Name, ILearner Learner, int Steps, string Baseline, double Rate)[] learners =
        [
            ("q-learning", new QLearner(model.Actions, new(rule)), 100_000, "a dictionary, gone through for the best", plainTable),
            ("dqn, an output for each joint action", new DeepQLearner(model.Actions, new(rule)), 5000, "plain loops over all outputs", plainNetwork),
            ("dqn, outputs for each user", new DeepQLearner(model.Actions, new(rule with { Rule = AccuracyRule.Known }) { Heads = DeepQHeads.PerUser }), 5000, "plain loops over all joint outputs", plainNetwork),
            ("dqn, outputs for each user and count", new DeepQLearner(model.Actions, new(rule with { Rule = AccuracyRule.Known }) { Heads = DeepQHeads.PerUserAndCount }), 1000, "plain loops over all joint outputs", plainNetwork),
            ("linucb", new LinearBandit(model.Actions, new(rule.Goal)), 2000, "plain loops over all joint outputs", plainNetwork),
        ];
        foreach ((string name, ILearner learner, int steps, string baseline, double rate) in learners)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Add(ComparisonRow.Of(what, $"steps learned per second, {name}", "1/s", Rate(learner, new(model, moving), steps), baseline, rate));
        }
    }

    private static double Rate(ILearner learner, SimulatedEnvironment world, int steps)
    {
        int[] choices = new int[world.Actions.Users.Length];
        double[] ms = new double[choices.Length];
        SystemState before = world.State.Copy();
        long begin = 0;
        for (int i = -steps / 10; i < steps; i++)
        {
            if (i == 0) begin = Stopwatch.GetTimestamp();
            world.State.CopyTo(before);
            learner.Choose(before, choices);
            world.Step(choices, ms);
            learner.Learn(before, choices, ms, world.State);
        }

        return steps / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static double PlainTableRate(SystemModel model, SimulationOptions moving, double worst)
    {
        const int steps = 5000;
        SimulatedEnvironment world = new(model, moving);
        PlainTable table = new(model.Actions.Users.Length, model.Actions.Users[0].Actions.Length, worst, 1);
        double[] ms = new double[model.Actions.Users.Length];
        long begin = Stopwatch.GetTimestamp();
        for (int i = 0; i < steps; i++)
        {
            table.Step(() => PlainTable.Words(world.State), choices =>
            {
                world.Step(choices, ms);
                return ms.Average();
            }, Math.Exp(-i / 2000.0));
        }

        return steps / Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static int[][] Joint(SystemModel model)
    {
        Random random = new(3);
        return [.. Enumerable.Range(0, 64).Select(_ => model.Actions.Users.Select(u => random.Next(u.Actions.Length)).ToArray())];
    }
}
