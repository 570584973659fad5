using System.Collections.Immutable;
using System.Diagnostics;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;
using Isthmus.Core.Progress;
using Isthmus.Lab.Reproduction.Shahhosseini;

namespace Isthmus.Lab.Orchestration;

/// <summary>
/// Hundreds of simulated users whose requests come when they come, queue on shared nodes and are carried over: fixed placements, the optimum for users who all send at once (the paper's
/// epoch), and Isthmus, which learns how nodes are really shared. Times and accuracies of the published networks; tails and fairness, not only means.
/// </summary>
public static class UsersStudy
{
    private const int StepMs = 1000;

    /// <summary>Runs every method on the same arrivals.</summary>
    /// <exception cref="Core.Errors.IsthmusException">An option is out of its range, or the accuracy cannot be had.</exception>
    public static ImmutableArray<UsersStudyRow> Run(UsersStudyOptions options, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        SystemModel model = Model(options);
        AccuracyGoal goal = new(options.Accuracy);
        Contradictions.Refuse(model.Actions, goal);
        (string Name, ILearner? Learner, int[]? Choices)[] methods =
        [
            ("device-only", null, Fixed(model, UserAction.Own)),
            ("edge-only", null, Fixed(model, 0)),
            ("cloud-only", null, Fixed(model, 1)),
            ("no model selection, all at once", null, Solved(model, options, new(ShahhosseiniWorld.Published.Ladder[0].Accuracy))),
            ("optimum, all at once", null, Solved(model, options, goal)),
            ("Isthmus, knowing nothing", new ModelLearner(model.Actions, goal, options.Seed), null),
            ("Isthmus, with a profile", new ModelLearner(model.Actions, goal, options.Seed, profile: model), null),
        ];
        List<UsersStudyRow> rows = [];
        for (int m = 0; m < methods.Length; m++)
        {
            PartialReport part = new(progress, methods[m].Name, (double)m / methods.Length, 1.0 / methods.Length);
            rows.Add(Row(methods[m].Name, methods[m].Learner, methods[m].Choices, model, options, part, cancellationToken));
        }

        return [.. rows];
    }

    private static UsersStudyRow Row(
        string name, ILearner? learner, int[]? decision, SystemModel model, UsersStudyOptions options, PartialReport progress, CancellationToken cancellationToken)
    {
        ShahhosseiniWorld world = ShahhosseiniWorld.Published;
        ArrivalProcess arrivals = options.Bursts ? new(options.PerSecond, 1000, 4000) : new(options.PerSecond);
        SystemState start = State(options);
        ArrivalEnvironment environment = new(model, new(
            [.. start.Users.Select(u => MachineConditions.Idle(u.Mbps, u.RttMs))], [.. world.Ways.Select(w => MachineConditions.Idle(w.Mbps, w.RttMs))], [.. Enumerable.Repeat(arrivals, options.Users)])
        {
            IntervalMs = StepMs,
            Seed = options.Seed,
        });
        int[] choices = decision ?? new int[options.Users], counts = new int[model.Actions.Nodes.Length];
        double[] ms = new double[options.Users];
        SystemState before = new(options.Users, counts.Length);
        double accuracy = 0, edge = 0, cloud = 0;
        long ticks = 0;
        int steps = options.WarmUpSeconds + options.Seconds;
        for (int step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (step % 10 == 0) progress.Report((double)step / steps);
            if (step == options.WarmUpSeconds) environment.ClearStatistics();
            environment.State.CopyTo(before);
            if (learner is not null)
            {
                long from = Stopwatch.GetTimestamp();
                learner.Choose(before, choices);
                ticks += Stopwatch.GetTimestamp() - from;
            }

            environment.Step(choices, ms);
            learner?.Learn(before, choices, ms, environment.State);
            if (step < options.WarmUpSeconds) continue;
            model.Actions.Count(choices, counts);
            accuracy += model.Actions.MeanAccuracy(choices);
            edge += (double)counts[0] / options.Users;
            cloud += (double)counts[1] / options.Users;
        }

        ResponseStatistics all = environment.Responses;
        double[] means = [.. environment.PerUser.Select(u => u.MeanMs).Where(double.IsFinite)];
        return new(
            name, environment.Arrived, all.Count, environment.Lost, all.MeanMs, all.QuantileMs(0.5), all.QuantileMs(0.95), all.QuantileMs(0.99), means.Length == 0 ? double.NaN : means.Max(),
            environment.Fairness, accuracy / options.Seconds, 1 - ((edge + cloud) / options.Seconds), edge / options.Seconds, cloud / options.Seconds, Stopwatch.GetElapsedTime(0, ticks).TotalMilliseconds / steps);
    }

    private static SystemModel Model(UsersStudyOptions options) => ShahhosseiniWorld.Published.Model(options.Users, ActionLimits.Everywhere) with
    {
        Contention =
        [
            ContentionCurve.TakingTurns(options.EdgeWorkers ?? Math.Max(1, options.Users / 50)), ContentionCurve.TakingTurns(options.CloudWorkers ?? Math.Max(1, options.Users / 25)),
        ],
    };

    // Weak links are spread evenly.
    private static SystemState State(UsersStudyOptions options) => ShahhosseiniWorld.Published.State(
        options.Users, new("", "", u => (long)((u + 1) * options.WeakShare) > (long)(u * options.WeakShare)));

    private static int[] Fixed(SystemModel model, int node)
    {
        int action = model.Actions.Users[0].Actions.Select((a, i) => (a, i)).Where(a => a.a.Node == node).MaxBy(a => a.a.Accuracy).i;
        return [.. Enumerable.Repeat(action, model.Actions.Users.Length)];
    }

    private static int[] Solved(SystemModel model, UsersStudyOptions options, AccuracyGoal goal) => [.. new FastSearch().Solve(model.Problem(State(options), goal))!.Choices];

    private sealed class PartialReport(IProgress<ProgressReport>? progress, string what, double from, double share)
    {
        public void Report(double done) => progress?.Report(new(what, from + (share * done)));
    }
}
