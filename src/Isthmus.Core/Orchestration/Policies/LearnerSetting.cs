namespace Isthmus.Core.Orchestration.Policies;

/// <summary>What a learner is made for.</summary>
/// <param name="Actions">What users may do.</param>
/// <param name="Goal">What accuracy is wanted; the actions can keep it.</param>
/// <param name="Contention">What is assumed of a node, by its name, before anything is learned.</param>
/// <param name="Seed">The seed of everything random.</param>
public sealed record LearnerSetting(ActionSpace Actions, AccuracyGoal Goal, Func<string, ContentionCurve> Contention, int Seed)
{
    /// <summary>What users measured before: the prior.</summary>
    public SystemModel Profile() => new(Actions, [.. Actions.Nodes.Select(Contention)]);

    /// <summary>How users and nodes are at their worst, as far as rewards need a scale for it.</summary>
    public SystemState Worst()
    {
        SystemState state = new(Actions.Users.Length, Actions.Nodes.Length);
        Array.Fill(state.Users, new(0.25, 1, 2, 100));
        Array.Fill(state.Nodes, new(0.25, 1, 100, 50));
        return state;
    }
}
