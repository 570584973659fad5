using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>The experiment.</summary>
internal sealed class ShahhosseiniExperiment(ReproductionOptions options, ShahhosseiniEffort effort)
{
    /// <summary>Runs it.</summary>
    public async Task<ShahhosseiniResult> RunAsync(PartialProgress progress, CancellationToken cancellationToken)
    {
        (ShahhosseiniWorld measured, LiveStudy live) = await new ShahhosseiniLive(options, effort).RunAsync(new PartialProgress(progress, 0, 0.3), cancellationToken);
        JointNetworks networks = await JointNetworks.MeasureAsync(options, new PartialProgress(progress, 0.3, 0.55), cancellationToken);
        ImmutableArray<ShahhosseiniWorld> worlds = networks.World(measured.Contention, measured) is { } photographs ? [measured, photographs, ShahhosseiniWorld.Published] : [measured, ShahhosseiniWorld.Published];
        List<ShahhosseiniCase> cases = [];
        foreach (ShahhosseiniWorld world in worlds)
        {
            foreach (int users in effort.Users)
            {
                foreach (ShahhosseiniScenario scenario in ShahhosseiniScenario.All)
                {
                    foreach ((string threshold, AccuracyGoal goal) in world.Goals) cases.Add(ShahhosseiniCase.Of(world, users, scenario, threshold, goal));
                }
            }
        }

        List<LearningRace> races = [];
        await Task.Run(() => Learn(worlds, cases, races, new PartialProgress(progress, 0.55, 0.98), cancellationToken), cancellationToken);
        progress.Report(new("watches what users live through", 0.97));
        ImmutableArray<RailRow> rail = await Task.Run(() => RailStudy.Of(worlds[^1], effort.Users[^1], worlds[^1].Goals.First(g => g.Name == "89").Goal, effort.RailSteps, cancellationToken), cancellationToken);
        ImmutableArray<RecoveryRow> recovery = await Task.Run(() => RecoveryStudy.Of(worlds[^1], worlds[^1].Goals.First(g => g.Name == "89").Goal, effort, cancellationToken), cancellationToken);
        List<(int Users, bool Bursts, UsersStudyRow Row)> crowds = [];
        foreach (int users in effort.Crowds)
        {
            foreach (bool bursts in new[] { false, true })
            {
                progress.Report(new($"simulates {users} users", 0.97));
                UsersStudyOptions crowd = new() { Users = users, Bursts = bursts, WarmUpSeconds = options.Quick ? 40 : 120, Seconds = options.Quick ? 60 : 300 };
                crowds.AddRange((await Task.Run(() => UsersStudy.Run(crowd, progress: null, cancellationToken), cancellationToken)).Select(row => (users, bursts, row)));
            }
        }

        progress.Report(new("decides for users who differ", 0.98));
        ImmutableArray<JointRow> joint = await Task.Run(() => JointStudy.Of(networks), cancellationToken);
        // The headline: less than 0.9 points lost.
        ImmutableArray<ShahhosseiniCase> tight = [.. worlds.Select(w => ShahhosseiniCase.Of(w, effort.Users[^1], ShahhosseiniScenario.All[0], "less than 0.9 points", new(w.Ladder.Max(v => v.Accuracy) - 0.00899)))];
        return new() { Worlds = worlds, Tight = tight, Cases = [.. cases], Races = [.. races], Live = live, Rail = rail, Recovery = recovery, Crowds = [.. crowds], Joint = joint, JointLabelled = networks.Labelled };
    }

    private static readonly string[] Learners =
    [
        ShahhosseiniLearners.Q, ShahhosseiniLearners.QFromMin, ShahhosseiniLearners.DeepJoint, ShahhosseiniLearners.DeepPerUser, ShahhosseiniLearners.DeepFromMin, ShahhosseiniLearners.DeepCounting,
        ShahhosseiniLearners.Bandit, ShahhosseiniLearners.Isthmus,
    ];

    // Every learner in the cases that are learned; what it reached joins the case.
    private void Learn(ImmutableArray<ShahhosseiniWorld> worlds, List<ShahhosseiniCase> cases, List<LearningRace> races, PartialProgress progress, CancellationToken cancellationToken)
    {
        int[] learned = [.. Enumerable.Range(0, cases.Count).Where(i => effort.Learned.Contains((cases[i].Scenario, cases[i].Threshold)))];
        ShahhosseiniCase[] done = new ShahhosseiniCase[learned.Length];
        ImmutableArray<(string Learner, ImmutableArray<(double Step, double Ratio)> Points)>[] curves = new ImmutableArray<(string, ImmutableArray<(double, double)>)>[learned.Length];
        int ended = 0;

        // Those with the most users take the longest, so they begin.
        int[] order = [.. Enumerable.Range(0, learned.Length).OrderByDescending(i => cases[learned[i]].Users)];
        Parallel.ForEach(order, new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount }, i =>
        {
            ShahhosseiniCase at = cases[learned[i]];
            ShahhosseiniWorld world = worlds.First(w => w.Name == at.World);
            ShahhosseiniScenario scenario = ShahhosseiniScenario.All.First(s => s.Name == at.Scenario);
            AccuracyGoal goal = world.Goals.First(g => g.Name == at.Threshold).Goal;
            List<(string Learner, ImmutableArray<(double Step, double Ratio)> Points)> found = [];
            foreach (string name in Learners.Where(l => ShahhosseiniLearners.CanLearn(l, at, effort)))
            {
                (ShahhosseiniOutcome outcome, ImmutableArray<(double Step, double Ratio)> curve) = ShahhosseiniLearners.Run(name, world, at.Users, scenario, goal, effort.Runs, ShahhosseiniLearners.Budget(name, effort), cancellationToken);
                at = at with { Outcomes = at.Outcomes.Add(outcome) };
                found.Add((name, curve));
            }

            (done[i], curves[i]) = (at, [.. found]);
            progress.Report(new($"{at.World}: learners with {at.Users} users, scenario {at.Scenario}, threshold {at.Threshold}", (double)Interlocked.Increment(ref ended) / learned.Length));
        });
        for (int i = 0; i < learned.Length; i++)
        {
            cases[learned[i]] = done[i];
            if (done[i].Users == effort.Users[^1] && done[i] is { Scenario: "A", Threshold: "89" }) races.Add(new(done[i].World, done[i].Users, "A", "89", curves[i]));
        }
    }
}
