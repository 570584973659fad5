using System.Text.Json.Nodes;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>A kind of learner that an orchestrator can run.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Summary">What it does, in a few words.</param>
/// <param name="Create">Makes one that knows nothing but the action space, for a goal and a seed.</param>
/// <param name="Restore">Makes one from what another of its kind saved; throws an <see cref="Errors.IsthmusException"/> if it cannot.</param>
public sealed record LearnerKind(
    string Name,
    string Summary,
    Func<ActionSpace, AccuracyGoal, int, ILearner> Create,
    Func<ActionSpace, AccuracyGoal, int, JsonObject, ILearner> Restore)
{
    /// <summary>
    /// Whether what was saved for one action space can be restored for another: what fits is taken, by the names of users, nodes and actions. Otherwise a learner is restored only for
    /// the action space that it learned in.
    /// </summary>
    public bool CarriesOver { get; init; }

    /// <summary>The most joint actions that it can learn in; infinite if they do not matter.</summary>
    public double MaxJointActions { get; init; } = double.PositiveInfinity;
}
