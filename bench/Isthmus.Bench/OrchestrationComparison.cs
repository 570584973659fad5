using System.Diagnostics;
using Isthmus.Bench.Orchestration;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;
using Isthmus.Core.Progress;

namespace Isthmus.Bench;

/// <summary>
/// Many users who share an edge and a cloud: what the optimum costs to find by the number of users, how far the fast search is from it, how long a decision of the default learner takes,
/// and how many steps each learner needs to come within 1 % of the optimum.
/// </summary>
public sealed class OrchestrationComparison : IComparison
{
    private const int Problems = 20;
    private const int Seeds = 5;
    private const int Decisions = 2000;
    private const long MostSteps = 50_000;
    private const long MostStepsOfSlow = 6000;
    private const double Mean = 0.85;

    /// <inheritdoc/>
    public string Name => "orchestrate";

    /// <inheritdoc/>
    public string Summary => "Many users who share nodes: the cost of the optimum by users, the gap of the fast search, the time of a decision, and the steps that each learner needs.";

    /// <inheritdoc/>
    public Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        List<ComparisonRow> rows = [];
        progress.Report(new("the reference", 0));
        Reference(rows, cancellationToken);
        progress.Report(new("the fast search", 0.1));
        Gap(rows, cancellationToken);
        progress.Report(new("decisions", 0.2));
        Decide(rows, cancellationToken);
        progress.Report(new("simulations and learners of rewards", 0.25));
        SystemModel five = InventedUsers.Create(1, 5);
        SimulationRows.Add(rows, five, InventedWorlds.Moving(five, 1), cancellationToken);
        Steps(rows, progress, cancellationToken);
        progress.Report(new("the guard rail", 0.95));
        Guard(rows, cancellationToken);
        return Task.FromResult<IReadOnlyList<ComparisonRow>>(rows);
    }

    private static JointProblem Problem(int seed, int users, double? mean, int variants = 1)
    {
        SystemModel model = InventedUsers.Create(seed, users, variants);
        return model.Problem(InventedUsers.State(model, seed), new(mean));
    }

    private static void Reference(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        foreach (int users in (int[])[3, 5, 10, 15, 30, 50, 100, 300])
        {
            JointProblem[] problems = [.. Enumerable.Range(0, 4).Select(s => Problem(s, users, Mean))];
            List<(string Name, Action Solve)> rivals = [];
            int at = 0;
            FastSearch warm = new();
            rivals.Add(("fast, from the last decision", () => warm.Solve(problems[at++ & 3])));
            rivals.Add(("fast, from nothing", () => new FastSearch().Solve(problems[at++ & 3])));
            if (users <= 50) rivals.Add(("counting", () => CountingSearch.Solve(problems[at++ & 3])));
            if (users <= 5) rivals.Add(("exhaustive", () => ExhaustiveSearch.Solve(problems[at++ & 3])));
            double[] seconds = Measurement.SecondsPerCall([.. rivals.Select(r => r.Solve)], rounds: 3, cancellationToken: cancellationToken);
            for (int i = 0; i < rivals.Count; i++)
            {
                bool exact = i == 2, fast = i == 0;
                string? goal = exact && users == 15 ? "< 50 ms" : fast && users == 50 ? "< 1 ms" : null;
                rows.Add(ComparisonRow.Of(
                    $"{users} users × 10 actions × 2 nodes, mean accuracy ≥ {Mean}", $"one joint decision, {rivals[i].Name}", "ms", seconds[i] * 1e3,
                    rivals[^1].Name, seconds[^1] * 1e3, goal, goal is null ? null : seconds[i] < (exact ? 0.05 : 0.001)));
            }
        }
    }

    private static void Gap(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        foreach (int users in (int[])[5, 10, 15, 30])
        {
            List<double> gaps = [], slowest = [];
            for (int seed = 0; seed < Problems; seed++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                JointProblem problem = Problem(seed, users, 0.75 + (seed % 15 / 100.0), 1 + (seed % 3));
                long begin = Stopwatch.GetTimestamp();
                double best = CountingSearch.Solve(problem)!.Score;
                slowest.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                gaps.Add((new FastSearch().Solve(problem)!.Score / best) - 1);
            }

            string what = $"{Problems} problems of {users} users, 10 to 14 actions, 2 nodes, mean accuracies 0.75 to 0.89";
            rows.Add(ComparisonRow.Of(what, "fast search above the optimum, mean", "%", 100 * gaps.Average(), "the optimum", 0));
            rows.Add(ComparisonRow.Of(what, "fast search above the optimum, worst", "%", 100 * gaps.Max(), "the optimum", 0));
            rows.Add(ComparisonRow.Of(what, "counting search, slowest single call", "ms", slowest.Max(), "its median", slowest.Order().ElementAt(Problems / 2), users == 15 ? "< 50 ms" : null, users == 15 ? slowest.Max() < 50 : null));
        }
    }

    // What a service does for each step, one by one, through the learner and the guard.
    private static void Decide(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        foreach (int users in (int[])[5, 50, 200])
        {
            SystemModel model = InventedUsers.Create(1, users);
            foreach (bool guarded in (bool[])[false, true])
            {
                ModelLearner inner = new(model.Actions, new(Mean), 1);
                ILearner learner = guarded ? new GuardRail(inner, model.Actions, new(Mean)) : inner;
                SimulatedEnvironment world = new(model, InventedWorlds.Moving(model, 1));
                int[] choices = new int[users];
                double[] ms = new double[users];
                List<double> choosing = [], learning = [];
                SystemState before = world.State.Copy();
                int decisions = users > 50 ? Decisions / 10 : Decisions;
                for (int step = -(decisions / 4); step < decisions; step++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    world.State.CopyTo(before);
                    long begin = Stopwatch.GetTimestamp();
                    learner.Choose(before, choices);
                    double chose = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
                    world.Step(choices, ms);
                    begin = Stopwatch.GetTimestamp();
                    learner.Learn(before, choices, ms, world.State);
                    if (step < 0) continue;
                    learning.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
                    choosing.Add(chose);
                }

                double p50 = Quantile(choosing, 0.5), p99 = Quantile(choosing, 0.99);
                string what = $"{users} users, {(guarded ? "default learner in its guard" : "default learner")}";
                bool goal = users == 50 && !guarded;
                rows.Add(ComparisonRow.Of(what, "a joint decision, p50", "ms", p50, "learning from a step, p50", Quantile(learning, 0.5)));
                rows.Add(ComparisonRow.Of(what, "a joint decision, p99", "ms", p99, "learning from a step, p99", Quantile(learning, 0.99), goal ? "< 1 ms" : null, goal ? p99 < 1 : null));
            }
        }
    }

    private static void Steps(List<ComparisonRow> rows, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        (string Name, Func<SystemModel, RewardRule, int, ILearner> Make)[] learners =
        [
            ("default, structure only", (m, r, s) => new ModelLearner(m.Actions, r.Goal, s)),
            ("default, from a profile that is 20 % off", (m, r, s) => InventedUsers.Off(m, s) is var profile ? new ModelLearner(profile.Actions, r.Goal, s, null, profile) : null!),
            ("default in its guard, from that profile", (m, r, s) => InventedUsers.Off(m, s) is var profile ? new GuardRail(new ModelLearner(profile.Actions, r.Goal, s, null, profile), profile.Actions, r.Goal) : null!),
            ("linucb, from the menu's true times on devices", (m, r, s) => new LinearBandit(m.Actions, new(r.Goal))),
            ("dqn, a head for each user", (m, r, s) => new DeepQLearner(m.Actions, new(r) { Heads = DeepQHeads.PerUser, Seed = s })),
            ("dqn, a head for each user and number of sharers", (m, r, s) => new DeepQLearner(m.Actions, new(r with { Rule = AccuracyRule.Known }) { Heads = DeepQHeads.PerUserAndCount, Seed = s })),
            ("q-learning", (m, r, s) => new QLearner(m.Actions, new(r) { Seed = s })),
            ("dqn as published", (m, r, s) => new DeepQLearner(m.Actions, new(r) { Seed = s })),
        ];
        int done = 0;
        foreach (bool moving in (bool[])[false, true])
        {
            double[] medians = new double[learners.Length];
            long[] most = new long[learners.Length];
            bool[] open = new bool[learners.Length];
            for (int l = 0; l < learners.Length; l++)
            {
                progress.Report(new($"steps of {learners[l].Name}", 0.3 + (0.65 * done++ / (2 * learners.Length))));
                List<double> steps = [];

                // What takes minutes a run and does not come there is not run five times, nor to the end.
                bool slow = moving && l == learners.Length - 1;
                int seeds = l < 4 ? Seeds : slow ? 1 : 3;
                most[l] = slow ? MostStepsOfSlow : MostSteps;
                for (int seed = 1; seed <= seeds; seed++)
                {
                    SystemModel model = InventedUsers.Create(seed, 5);
                    SimulatedEnvironment world = new(model, moving ? InventedWorlds.Moving(model, seed) : InventedWorlds.Still(model, seed));
                    RewardRule rule = new(new(Mean), RewardRule.WorstOf(model, InventedUsers.State(model, seed)));
                    steps.Add(Convergence.Run(learners[l].Make(model, rule, seed), world, new(rule.Goal) { MaxSteps = most[l] }, cancellationToken).ConvergedAt ?? double.PositiveInfinity);
                }

                double median = steps.Order().ElementAt(steps.Count / 2);
                open[l] = double.IsPositiveInfinity(median);
                medians[l] = open[l] ? most[l] : Math.Max(1, median);
            }

            string world1 = $"5 users × 10 actions × 2 nodes, mean accuracy ≥ {Mean}, {(moving ? "processors and links change" : "nothing changes but noise")}";
            for (int l = 0; l < learners.Length; l++)
            {
                bool goal = l == 0;
                double ratio = medians[^1] / medians[l];
                rows.Add(ComparisonRow.Of(
                    world1, $"steps until within 1 % of the optimum for good, median of seeds, {learners[l].Name}{(open[l] ? " (not within these)" : "")}", "steps", medians[l],
                    learners[^1].Name + (open[^1] ? " (not within these)" : ""), medians[^1], goal ? "≥ 166× fewer" : null, goal ? ratio >= 166 : null));
            }
        }
    }

    // What the guard costs and keeps off users: the first steps, when nothing is known.
    private static void Guard(List<ComparisonRow> rows, CancellationToken cancellationToken)
    {
        double[] worst = new double[2], mean = new double[2];
        long held = 0, requests = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            SystemModel model = InventedUsers.Create(seed, 5);
            SystemModel profile = InventedUsers.Off(model, seed);
            for (int guarded = 0; guarded < 2; guarded++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ModelLearner inner = new(profile.Actions, new(Mean), seed, null, profile);
                GuardRail guard = new(inner, profile.Actions, new(Mean));
                ILearner learner = guarded == 1 ? guard : inner;
                SimulatedEnvironment world = new(model, InventedWorlds.Moving(model, seed));
                int[] choices = new int[5], safe = new int[5], counts = new int[2];
                double[] ms = new double[5];
                SystemState before = world.State.Copy();
                for (int step = 0; step < 200; step++)
                {
                    world.State.CopyTo(before);
                    learner.Choose(before, choices);
                    model.Actions.Count(choices, counts);
                    JointDecision best = CountingSearch.Solve(model.Problem(before, new(Mean)))!;
                    mean[guarded] += world.ExpectedMeanMs(choices) / best.MeanMs / (200 * Seeds);
                    if (guarded == 1) guard.Safe.CopyTo(safe);
                    else new GuardRail(inner, profile.Actions, new(Mean)).SafeAt(before).CopyTo(safe);
                    for (int u = 0; u < 5; u++)
                    {
                        int node = model.Actions.Users[u].Actions[choices[u]].Node;
                        worst[guarded] = Math.Max(worst[guarded], model.ExpectedMs(before, u, choices[u], node < 0 ? 1 : counts[node]) / model.ExpectedMs(before, u, safe[u], 5));
                    }

                    world.Step(choices, ms);
                    learner.Learn(before, choices, ms, world.State);
                }

                if (guarded == 1) (held, requests) = (held + guard.Counts.OutOfBound + guard.Counts.OverBudget + guard.Counts.ForAccuracy, requests + guard.Counts.Requests);
            }
        }

        string what = $"5 users, the first 200 steps from a profile that is 20 % off, mean accuracy ≥ {Mean}";
        rows.Add(ComparisonRow.Of(what, "longest true expectation of a request, over that of its safe action", "×", worst[1], "without the guard", worst[0]));
        rows.Add(ComparisonRow.Of(what, "mean response time over the optimum's, guarded", "×", mean[1], "without the guard", mean[0]));
        rows.Add(ComparisonRow.Of(what, "requests held back", "%", 100.0 * held / requests, "all requests", 100));
    }

    private static double Quantile(List<double> values, double q) => values.Order().ElementAt((int)(q * (values.Count - 1)));
}
