using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Progress;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>The experiment.</summary>
internal sealed class ShahhosseiniExperiment(ReproductionOptions options, ShahhosseiniEffort effort)
{
    /// <summary>Runs it.</summary>
    public async Task<ShahhosseiniResult> RunAsync(PartialProgress progress, CancellationToken cancellationToken)
    {
        ImmutableArray<ShahhosseiniWorld> worlds = [ShahhosseiniWorld.Published];
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
        await Task.Run(() => Learn(worlds, cases, races, new PartialProgress(progress, 0, 0.5), cancellationToken), cancellationToken);
        JointNetworks networks = await JointNetworks.MeasureAsync(options, new PartialProgress(progress, 0.5, 0.98), cancellationToken);
        progress.Report(new("decides for users who differ", 0.98));
        ImmutableArray<JointRow> joint = await Task.Run(() => JointStudy.Of(networks), cancellationToken);
        return new() { Worlds = worlds, Cases = [.. cases], Races = [.. races], Joint = joint, JointLabelled = networks.Labelled };
    }

    private static readonly string[] Learners = [ShahhosseiniLearners.Q, ShahhosseiniLearners.DeepJoint, ShahhosseiniLearners.DeepPerUser, ShahhosseiniLearners.DeepCounting, ShahhosseiniLearners.Isthmus];

    // Every learner in the cases that are learned; what it reached joins the case.
    private void Learn(ImmutableArray<ShahhosseiniWorld> worlds, List<ShahhosseiniCase> cases, List<LearningRace> races, IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        int[] learned = [.. Enumerable.Range(0, cases.Count).Where(i => effort.LearnedScenarios.Contains(cases[i].Scenario) && effort.LearnedThresholds.Contains(cases[i].Threshold))];
        for (int i = 0; i < learned.Length; i++)
        {
            ShahhosseiniCase at = cases[learned[i]];
            ShahhosseiniWorld world = worlds.First(w => w.Name == at.World);
            ShahhosseiniScenario scenario = ShahhosseiniScenario.All.First(s => s.Name == at.Scenario);
            AccuracyGoal goal = world.Goals.First(g => g.Name == at.Threshold).Goal;
            List<(string Learner, ImmutableArray<(double Step, double Ratio)> Points)> curves = [];
            foreach (string name in Learners.Where(l => ShahhosseiniLearners.CanLearn(l, at.Users, effort)))
            {
                progress.Report(new($"{at.World}: {name}, {at.Users} users, scenario {at.Scenario}, threshold {at.Threshold}", (double)i / learned.Length));
                int budget = name == ShahhosseiniLearners.Q ? effort.QSteps : name is ShahhosseiniLearners.DeepJoint or ShahhosseiniLearners.DeepPerUser or ShahhosseiniLearners.DeepCounting ? effort.DeepSteps : effort.ModelSteps;
                (ShahhosseiniOutcome outcome, ImmutableArray<(double Step, double Ratio)> curve) = ShahhosseiniLearners.Run(name, world, at.Users, scenario, goal, effort.Runs, budget, cancellationToken);
                at = at with { Outcomes = at.Outcomes.Add(outcome) };
                curves.Add((name, curve));
            }

            cases[learned[i]] = at;
            if (at.Users == effort.Users[^1] && at is { Scenario: "A", Threshold: "89" }) races.Add(new(at.World, at.Users, at.Scenario, at.Threshold, [.. curves]));
        }
    }
}
