using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>The world changes while learners learn: once so that monitors see it, once so that only response times tell.</summary>
internal static class RecoveryStudy
{
    /// <summary>The users.</summary>
    public const int Users = 3;

    // How many times longer the cloud takes after the change that nobody reports.
    private const double Longer = 3;

    /// <summary>Runs every learner through both changes.</summary>
    public static ImmutableArray<RecoveryRow> Of(ShahhosseiniWorld world, AccuracyGoal goal, ShahhosseiniEffort effort, CancellationToken cancellationToken) =>
    [
        .. new[] { ShahhosseiniLearners.Q, ShahhosseiniLearners.DeepPerUser, ShahhosseiniLearners.Bandit, ShahhosseiniLearners.Isthmus }
            .Select(name => Row(world, goal, name, Math.Min(20_000, ShahhosseiniLearners.Budget(name, effort)), cancellationToken)),
    ];

    private static RecoveryRow Row(ShahhosseiniWorld world, AccuracyGoal goal, string name, int budget, CancellationToken cancellationToken)
    {
        SystemModel model = world.Model(Users);
        SystemState regular = world.State(Users, ShahhosseiniScenario.All[0]), weak = world.State(Users, ShahhosseiniScenario.All[^1]);
        SimulatedEnvironment simulation = new(model, ShahhosseiniLearners.Simulation(regular, 1));
        ILearner learner = ShahhosseiniLearners.Create(name, model, weak, goal, 1);
        long? first = Learn();
        simulation.Change(model, ShahhosseiniLearners.Simulation(weak, 1));
        long? told = Learn();
        simulation.Change(
            model with { Contention = [model.Contention[0], model.Contention[1] with { Factors = [.. model.Contention[1].Factors.Select(f => f * Longer)], Slope = model.Contention[1].Slope * Longer }] },
            ShahhosseiniLearners.Simulation(weak, 1));
        return new(name, first, told, Learn(), budget);

        long? Learn() => Convergence.Run(learner, simulation, new(goal) { MaxSteps = budget }, cancellationToken).ConvergedAt;
    }
}
