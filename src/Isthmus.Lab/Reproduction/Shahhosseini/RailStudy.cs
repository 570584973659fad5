using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Reference;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What users live through while learners learn, with and without the guard rail.</summary>
internal static class RailStudy
{
    /// <summary>By how much a request may be longer than on the own device before it counts: the guard rail's default bound.</summary>
    public static double Bound { get; } = new GuardRailOptions().Bound;

    /// <summary>Runs every learner with and without.</summary>
    public static ImmutableArray<RailRow> Of(ShahhosseiniWorld world, int users, AccuracyGoal goal, int steps, CancellationToken cancellationToken)
    {
        List<RailRow> rows = [];
        foreach (string name in new[] { ShahhosseiniLearners.Q, ShahhosseiniLearners.DeepPerUser, ShahhosseiniLearners.Bandit, ShahhosseiniLearners.Isthmus })
        {
            foreach (bool guarded in new[] { false, true }) rows.Add(Row(world, users, goal, steps, name, guarded, cancellationToken));
        }

        return [.. rows];
    }

    private static RailRow Row(ShahhosseiniWorld world, int users, AccuracyGoal goal, int steps, string name, bool guarded, CancellationToken cancellationToken)
    {
        SystemModel model = world.Model(users);
        SystemState state = world.State(users, ShahhosseiniScenario.All[0]);
        SimulatedEnvironment simulation = new(model, ShahhosseiniLearners.Simulation(state, 1));
        ILearner learner = ShahhosseiniLearners.Create(name, model, state, goal, 1);
        if (guarded) learner = new GuardRail(learner, model.Actions, goal);
        JointDecision best = CountingSearch.Solve(model.Problem(state, goal))!;
        double device = world.Ladder.MaxBy(v => v.Accuracy)!.DeviceMs;
        int[] choices = new int[users], counts = new int[model.Actions.Nodes.Length];
        double[] ms = new double[users];
        SystemState before = new(users, counts.Length);
        double sum = 0, worst = 0;
        int beyond = 0, missed = 0;
        for (int step = 0; step < steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            simulation.State.CopyTo(before);
            learner.Choose(before, choices);
            model.Actions.Count(choices, counts);
            for (int u = 0; u < users; u++)
            {
                int node = model.Actions.Users[u].Actions[choices[u]].Node;
                double expected = model.ExpectedMs(before, u, choices[u], node < 0 ? 1 : counts[node]);
                sum += expected;
                worst = Math.Max(worst, expected / device);
                if (expected > device * (1 + Bound)) beyond++;
            }

            if (!goal.Allows(model.Actions.MeanAccuracy(choices))) missed++;
            simulation.Step(choices, ms);
            learner.Learn(before, choices, ms, simulation.State);
        }

        learner.ChooseBest(simulation.State, choices);
        double? end = goal.Allows(model.Actions.MeanAccuracy(choices)) ? simulation.ExpectedMeanMs(choices) / best.MeanMs : null;
        return new(world.Name, name, guarded, steps, sum / steps / users / best.MeanMs, worst, (double)beyond / steps / users, (double)missed / steps, end);
    }
}
