using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Orchestration.Modelling;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>The learners, as the report names them, and their races.</summary>
internal static class ShahhosseiniLearners
{
    /// <summary>Their names.</summary>
    public const string Q = "Q-learning", DeepJoint = "DQN, an output per joint action", DeepPerUser = "DQN, an output per user's action", DeepCounting = "DQN, an output per user's action and number of sharers", Bandit = "μLinUCB",
        QFromMin = "Q-learning, from an agent of \"Min\"", DeepFromMin = "DQN, an output per user's action, from an agent of \"Min\"", Isthmus = "Isthmus";

    // A decision that misses the threshold has no place on the curve of response times; it is drawn here.
    private const double Missed = 3;

    /// <summary>A learner that knows nothing yet of what requests take, nor how nodes are shared.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="model">The menus, and what rewards are scaled by; what requests take is not shown to the learner.</param>
    /// <param name="state">How users and nodes are at the beginning.</param>
    /// <param name="goal">What accuracy is wanted.</param>
    /// <param name="seed">Its seed.</param>
    public static ILearner Create(string name, SystemModel model, SystemState state, AccuracyGoal goal, long seed)
    {
        RewardRule rewards = new(goal, RewardRule.WorstOf(model, state));
        return name switch
        {
            Q => new QLearner(model.Actions, new(rewards) { Seed = seed }),
            DeepJoint => new DeepQLearner(model.Actions, new(rewards) { Heads = DeepQHeads.Joint, Seed = seed }),
            DeepPerUser => new DeepQLearner(model.Actions, new(rewards) { Heads = DeepQHeads.PerUser, Seed = seed }),
            DeepCounting => new DeepQLearner(model.Actions, new(rewards) { Heads = DeepQHeads.PerUserAndCount, Seed = seed }),
            Bandit => new LinearBandit(model.Actions, new(goal)),
            Isthmus => new ModelLearner(model.Actions, goal, seed),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such learner."),
        };
    }

    /// <summary>Whether a learner is tried in a case.</summary>
    public static bool CanLearn(string name, ShahhosseiniCase at, ShahhosseiniEffort effort) => name switch
    {
        DeepJoint => at.Users <= effort.JointOutputs,
        QFromMin or DeepFromMin => at.Threshold != "Min",
        _ => true,
    };

    /// <summary>The most steps of a run.</summary>
    public static int Budget(string name, ShahhosseiniEffort effort) => name switch
    {
        Q or QFromMin => effort.QSteps,
        DeepJoint or DeepPerUser or DeepCounting or DeepFromMin => effort.DeepSteps,
        _ => effort.ModelSteps,
    };

    /// <summary>Has a learner learn a case several times.</summary>
    /// <returns>What it reached, and the curve of its run of median speed.</returns>
    public static (ShahhosseiniOutcome Outcome, ImmutableArray<(double Step, double Ratio)> Curve) Run(
        string name, ShahhosseiniWorld world, int users, ShahhosseiniScenario scenario, AccuracyGoal goal, int runs, int budget, CancellationToken cancellationToken)
    {
        SystemModel model = world.Model(users);
        SystemState state = world.State(users, scenario);
        List<(ConvergenceResult Result, ShahhosseiniOutcome Outcome)> all = [];
        for (int run = 1; run <= runs; run++)
        {
            SimulatedEnvironment simulation = new(model, Simulation(state, run));
            ILearner learner = name is QFromMin or DeepFromMin ? Transferred(name, model, state, goal, run, budget, cancellationToken) : Create(name, model, state, goal, run);
            ConvergenceResult result = Convergence.Run(learner, simulation, new(goal) { MaxSteps = budget }, cancellationToken);
            int[] choices = new int[users];
            learner.ChooseBest(state, choices);
            all.Add((result, ShahhosseiniCase.Outcome(name, model, state, choices)));
        }

        (ConvergenceResult Result, ShahhosseiniOutcome Outcome)[] ordered = [.. all.OrderBy(r => r.Result.ConvergedAt ?? long.MaxValue).ThenBy(r => r.Result.Last.Excess ?? double.PositiveInfinity)];
        (ConvergenceResult median, ShahhosseiniOutcome outcome) = ordered[(runs - 1) / 2];
        return (
            outcome with
            {
                Steps = median.ConvergedAt,
                Budget = budget,
                Runs = runs,
                Converged = all.Count(r => r.Result.ConvergedAt is not null),
                Optimal = all.Average(r => r.Result.Last.Optimal),
            },
            [.. median.Curve.Where(p => p.Step > 0).Select(p => ((double)p.Step, p.Excess is { } excess ? Math.Min(Missed, 1 + excess) : Missed))]);
    }

    // An agent learns without a threshold first (the paper's transfer); its steps are not counted, since it serves all thresholds.
    private static ILearner Transferred(string name, SystemModel model, SystemState state, AccuracyGoal goal, long seed, int budget, CancellationToken cancellationToken)
    {
        string kind = name == QFromMin ? Q : DeepPerUser;
        ILearner source = Create(kind, model, state, new(), seed), learner = Create(kind, model, state, goal, seed);
        Convergence.Run(source, new(model, Simulation(state, seed + 1000)), new(new()) { MaxSteps = Math.Min(budget, 200_000), StopWhenConverged = false }, cancellationToken);
        if (learner is QLearner q) q.Transfer((QLearner)source);
        else ((DeepQLearner)learner).Transfer((DeepQLearner)source);
        return learner;
    }

    /// <summary>A simulation in which users and nodes stay as they are.</summary>
    public static SimulationOptions Simulation(SystemState state, long seed) => new(
        [.. state.Users.Select(u => MachineConditions.Idle(u.Mbps, u.RttMs))], [.. state.Nodes.Select(n => MachineConditions.Idle(n.Mbps, n.RttMs))])
    {
        Seed = seed,
    };
}
