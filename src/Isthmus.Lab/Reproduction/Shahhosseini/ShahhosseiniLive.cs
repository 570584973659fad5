using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;
using Isthmus.Core.Progress;
using Isthmus.Lab.Demo;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>
/// The experiment with real node processes, real user processes and real transfers: it is profiled and its contention calibrated, which makes the measured world that is simulated; then
/// methods decide, and their decisions are carried out in turn.
/// </summary>
internal sealed class ShahhosseiniLive(ReproductionOptions options, ShahhosseiniEffort effort)
{
    private static readonly string[] Thresholds = ["Min", "89", "Max"];

    /// <summary>How many times slower than this machine a device is. An edge has twice, a cloud four times its speed.</summary>
    private double Slowdown => options.Slowdown ?? 64;

    /// <summary>Runs it.</summary>
    public async Task<(ShahhosseiniWorld World, LiveStudy Study)> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        PartialProgress all = new(progress, 0, 1);
        string ladder = EmbeddedModel.Ladder();
        LiveEnvironmentOptions fleet = new()
        {
            Users = effort.LiveUsers,
            WeakUsers = [effort.LiveUsers - 1],
            Ladder = ladder,
            NodeVariants = [.. Core.Variants.VariantLadderFile.Load(ladder).Variants.Select(v => v.Name)],
            DeviceSlowdown = Slowdown,
            EdgeSlowdown = Math.Max(1, Slowdown / 2),
            CloudSlowdown = Math.Max(1, Slowdown / 4),
            ProfileRounds = effort.LiveProfileRounds,
            Clock = options.Clock,
        };
        await using LiveEnvironment live = await LiveEnvironment.StartAsync(fleet, new PartialProgress(all, 0, 0.25), cancellationToken);
        ImmutableArray<ContentionCurve> contention = await new ContentionCalibration(effort.LiveProfileRounds).MeasureAsync(live, new PartialProgress(all, 0.25, 0.35), cancellationToken);
        ShahhosseiniWorld world = World(live, contention);
        SystemModel model = live.Model(contention);
        LiveComparison comparison = await new LivePrediction(new() { Rounds = effort.LiveProfileRounds, JointActions = effort.LiveJointActions }).CompareAsync(live, model, new PartialProgress(all, 0.35, 0.6), cancellationToken);

        List<(string Threshold, int Step, double Ms)> learned = [];
        List<(string Threshold, string Method, int[] Choices)> decisions = [];
        UserAction best = live.Actions.Users[0].Actions.MaxBy(a => a.Accuracy)!;
        foreach ((string threshold, AccuracyGoal goal) in world.Goals.Where(g => Thresholds.Contains(g.Name)))
        {
            PartialProgress part = new(all, 0.6 + (0.2 * Array.IndexOf(Thresholds, threshold) / Thresholds.Length), 0.6 + (0.2 * (Array.IndexOf(Thresholds, threshold) + 1) / Thresholds.Length));
            if (threshold == "Max")
            {
                foreach ((string method, int node) in new[] { (ShahhosseiniCase.DeviceOnly, UserAction.Own), (ShahhosseiniCase.EdgeOnly, 0), (ShahhosseiniCase.CloudOnly, 1) })
                    decisions.Add((threshold, method, [.. live.Actions.Users.Select(u => u.Actions.ToList().FindIndex(a => a.Node == node && a.Variant == best.Variant))]));
                Solve(threshold, ShahhosseiniCase.NoModelSelection, goal, a => a.Variant == best.Variant);
            }

            bool Paper(UserAction a) => a.Node < 0 || a.Variant == best.Variant;
            Solve(threshold, ShahhosseiniCase.Optimum, goal, Paper);
            Solve(threshold, ShahhosseiniCase.Everywhere, goal, _ => true);
            RestrictedEnvironment paper = new(live, Paper);
            part.Report(new($"trains a deep Q-network in the simulation, threshold {threshold}", 0.1));
            decisions.Add((threshold, $"{ShahhosseiniLearners.DeepPerUser}, trained in the simulation", await Task.Run(() => Trained(paper, model, goal, cancellationToken), cancellationToken)));
            decisions.Add((threshold, ShahhosseiniLearners.Isthmus, await LearnAsync(new(live, _ => true), threshold, goal, learned, part, cancellationToken)));
        }

        ImmutableArray<LiveRow> rows = await MeasureAsync(live, model, decisions, new PartialProgress(all, 0.8, 1), cancellationToken);
        return (world, new(effort.LiveUsers, fleet.WeakUsers.Length, live.Emulated, comparison, rows, [.. learned]));

        void Solve(string threshold, string method, AccuracyGoal goal, Func<UserAction, bool> allowed)
        {
            RestrictedEnvironment restricted = new(live, allowed);
            if (CountingSearch.Solve((model with { Actions = restricted.Actions }).Problem(live.State, goal)) is { } decision) decisions.Add((threshold, method, [.. restricted.All(decision.Choices.AsSpan())]));
        }
    }

    // What was measured, as a world of any number of users who are like the first.
    private static ShahhosseiniWorld World(LiveEnvironment live, ImmutableArray<ContentionCurve> contention)
    {
        ImmutableArray<UserAction> actions = live.Actions.Users[0].Actions;
        ImmutableArray<LadderVariant> ladder =
        [
            .. actions.Where(a => a.Node < 0).Select(a => new LadderVariant(a.Variant, a.Accuracy, a.DeviceMs, On(0, a.Variant).NodeMs, On(1, a.Variant).NodeMs)).OrderByDescending(v => v.Accuracy),
        ];
        return new(
            "measured here", $"The ladder that the project trained (Fashion-MNIST, {live.Ladder.Variants[0].Images:#,0} test images, top-1), profiled with real processes; contention as measured; thresholds lie between the least and the most accurate variant where the paper's do", ladder)
        {
            Bytes = On(0, ladder[0].Name).Bytes,
            Contention = contention,
            Regular = new(1, 1, live.Options.Regular.Mbps, live.Options.Regular.RttMs),
            Weak = new(1, 1, live.Options.Weak.Mbps, live.Options.Weak.RttMs),
            Ways = [.. live.State.Nodes.Select(n => n with { Cpu = 1, Memory = 1 })],
            Thresholds = ShahhosseiniWorld.ThresholdsLike(ladder),
            OverheadMs = On(0, ladder[0].Name).DeviceMs,
        };

        UserAction On(int node, string variant) => actions.First(a => a.Node == node && a.Variant == variant);
    }

    private int[] Trained(RestrictedEnvironment paper, SystemModel model, AccuracyGoal goal, CancellationToken cancellationToken)
    {
        SystemModel restricted = model with { Actions = paper.Actions };
        ILearner learner = ShahhosseiniLearners.Create(ShahhosseiniLearners.DeepPerUser, restricted, paper.State, goal, seed: 1);
        Convergence.Run(learner, new SimulatedEnvironment(restricted, ShahhosseiniLearners.Simulation(paper.State, 1)), new(goal) { MaxSteps = effort.DeepSteps }, cancellationToken);
        int[] choices = new int[paper.Actions.Users.Length];
        learner.ChooseBest(paper.State, choices);
        return [.. paper.All(choices)];
    }

    // From knowing nothing, on the real processes.
    private async Task<int[]> LearnAsync(
        RestrictedEnvironment live, string threshold, AccuracyGoal goal, List<(string Threshold, int Step, double Ms)> learned, PartialProgress progress, CancellationToken cancellationToken)
    {
        GuardRail learner = new(new ModelLearner(live.Actions, goal, seed: 1), live.Actions, goal);
        int users = live.Actions.Users.Length;
        int[] choices = new int[users];
        double[] ms = new double[users];
        SystemState before = new(users, live.Actions.Nodes.Length);
        for (int step = 1; step <= effort.LiveSteps; step++)
        {
            progress.Report(new($"learns with real users, threshold {threshold}", 0.3 + (0.7 * step / effort.LiveSteps)));
            live.State.CopyTo(before);
            learner.Choose(before, choices);
            await live.StepAsync(choices, ms, cancellationToken);
            learner.Learn(before, choices, ms, live.State);
            learned.Add((threshold, step, ms.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average()));
        }

        learner.ChooseBest(live.State, choices);
        return [.. live.All(choices)];
    }

    // In turn, so that whatever else happens on the machine happens to all of them. Equal decisions are carried out once.
    private async Task<ImmutableArray<LiveRow>> MeasureAsync(
        LiveEnvironment live, SystemModel model, List<(string Threshold, string Method, int[] Choices)> decisions, PartialProgress progress, CancellationToken cancellationToken)
    {
        int users = live.Actions.Users.Length;
        List<int[]> different = [];
        foreach ((_, _, int[] choices) in decisions)
        {
            if (!different.Any(d => d.SequenceEqual(choices))) different.Add(choices);
        }

        List<double>[] rounds = [.. different.Select(_ => new List<double>())];
        int[] right = new int[different.Count], lost = new int[different.Count];
        for (int round = 0; round < effort.LiveRounds; round++)
        {
            for (int k = 0; k < different.Count; k++)
            {
                int d = (round + k) % different.Count;
                progress.Report(new($"round {round + 1} of {effort.LiveRounds} with real users", (double)((round * different.Count) + k) / (effort.LiveRounds * different.Count)));
                LiveAnswer[] answers = [.. (await live.RequestAsync(different[d], cancellationToken)).OfType<LiveAnswer>()];
                lost[d] += answers.Count(a => a.IsLost);
                right[d] += answers.Count(a => a is { IsLost: false, IsRight: true });
                if (answers.All(a => !a.IsLost)) rounds[d].Add(answers.Average(a => a.Ms));
            }
        }

        return
        [
            .. decisions.Select(decision =>
            {
                int d = different.FindIndex(x => x.SequenceEqual(decision.Choices));
                ShahhosseiniOutcome predicted = ShahhosseiniCase.Outcome(decision.Method, model, live.State, decision.Choices);
                double mean = rounds[d].Count > 0 ? rounds[d].Average() : double.NaN;
                double error = rounds[d].Count > 1 ? 1.96 * Math.Sqrt(rounds[d].Sum(x => (x - mean) * (x - mean)) / (rounds[d].Count - 1) / rounds[d].Count) : double.NaN;
                int sent = effort.LiveRounds * users;
                return new LiveRow(decision.Threshold, decision.Method, predicted.MeanMs!.Value, mean, mean - error, mean + error, predicted.MeanAccuracy!.Value, sent == lost[d] ? 0 : (double)right[d] / (sent - lost[d]), sent, lost[d], predicted.Decision);
            }),
        ];
    }
}
