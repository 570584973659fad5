using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>A plan that differs from the best one in one decision: what that would change, and why it was not chosen.</summary>
/// <param name="Change">The decision.</param>
/// <param name="What">The same in words, such as "the cut one later: c08".</param>
/// <param name="Plan">The plan.</param>
/// <param name="Ranked">What it costs; null if something of it was not measured.</param>
/// <param name="Differences">Stage by stage, the stages that at least one of both plans has; none if something was not measured.</param>
/// <param name="Violations">The constraints that it violates, and what the method may not choose; none if it is allowed.</param>
/// <param name="Why">One sentence: why it was not chosen.</param>
public sealed record PlanNeighbour(
    NeighbourChange Change,
    string What,
    Plan Plan,
    RankedPlan? Ranked,
    ImmutableArray<StageDifference> Differences,
    ImmutableArray<string> Violations,
    string Why)
{
    /// <summary>Whether the planner could have chosen it: all of it was measured, and nothing forbids it.</summary>
    public bool IsAllowed => Ranked is not null && Violations.IsEmpty;
}
