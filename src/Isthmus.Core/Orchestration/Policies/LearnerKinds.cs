using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Learning;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>The kinds of learners that an orchestrator can run.</summary>
public static class LearnerKinds
{
    /// <summary>All of them, the default first.</summary>
    public static ImmutableArray<LearnerKind> All { get; } =
    [
        new ModelKind(),
        new ProfileKind(),
        new GuardedKind(
            "q-learning", "a table of joint actions",
            static s => new QLearner(s.Actions, new(Rewards(s)) { Seed = s.Seed }), static (s, saved) => QLearner.Restore(s.Actions, new(Rewards(s)) { Seed = s.Seed }, saved), QLearner.MaxJointActions, needsEveryUser: true),
        new GuardedKind(
            "dqn", "a network with an output for each joint action, as published",
            static s => new DeepQLearner(s.Actions, Network(s, DeepQHeads.Joint)), static (s, saved) => DeepQLearner.Restore(s.Actions, Network(s, DeepQHeads.Joint), saved), DeepQLearner.MaxOutputs, needsEveryUser: true),
        new GuardedKind(
            "dqn-per-user", "a network with outputs for each user's actions",
            static s => new DeepQLearner(s.Actions, Network(s, DeepQHeads.PerUser)), static (s, saved) => DeepQLearner.Restore(s.Actions, Network(s, DeepQHeads.PerUser), saved), double.PositiveInfinity, needsEveryUser: true),
        new GuardedKind(
            "linucb", "a contextual bandit, extended to many users",
            static s => new LinearBandit(s.Actions, new(s.Goal)), static (s, saved) => LinearBandit.Restore(s.Actions, new(s.Goal), saved), double.PositiveInfinity, needsEveryUser: true),
    ];

    /// <summary>The one that is used if nothing else is said.</summary>
    public static LearnerKind Default => All[0];

    /// <summary>The kind of a name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public static LearnerKind Get(string name) => All.FirstOrDefault(k => k.Name == name)
        ?? throw new IsthmusException(ErrorKind.Usage, $"There is no learner '{name}': choose {string.Join(", ", All.Select(k => k.Name))}.");

    private static RewardRule Rewards(LearnerSetting setting) => new(setting.Goal, RewardRule.WorstOf(setting.Profile(), setting.Worst()));

    private static DeepQOptions Network(LearnerSetting setting, DeepQHeads heads) => new(Rewards(setting)) { Heads = heads, Seed = setting.Seed };
}
