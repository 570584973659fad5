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

        JointNetworks networks = await JointNetworks.MeasureAsync(options, new PartialProgress(progress, 0.5, 0.98), cancellationToken);
        progress.Report(new("decides for users who differ", 0.98));
        ImmutableArray<JointRow> joint = await Task.Run(() => JointStudy.Of(networks), cancellationToken);
        return new() { Worlds = worlds, Cases = [.. cases], Races = [], Joint = joint, JointLabelled = networks.Labelled };
    }
}
