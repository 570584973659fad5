using System.Collections.Immutable;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>All that an orchestrator tells of itself.</summary>
/// <param name="Learner">The kind of learner.</param>
/// <param name="Version">The version of the action space: it rises when users or nodes come, go or change.</param>
/// <param name="Decisions">Decisions since the start.</param>
/// <param name="Steps">Steps that were learned from, since the start.</param>
/// <param name="DecideMs">What the last decision took, in milliseconds, off the path of requests.</param>
/// <param name="MinMeanAccuracy">The mean accuracy over users that is wanted; null for any.</param>
/// <param name="MeanAccuracy">That of the present decision; null without users.</param>
/// <param name="MeanMs">What users measured lately, on average over users; null if nothing was reported.</param>
/// <param name="Conflict">Which wishes contradict each other; null if none do.</param>
/// <param name="Policy">The policy that was restored, or the last that was written; null if there is none.</param>
/// <param name="RefusedPolicies">Policies that were refused at the start, and why.</param>
/// <param name="Users">The users, by name.</param>
/// <param name="Nodes">The nodes, by name.</param>
public sealed record OrchestratorState(
    string Learner, long Version, long Decisions, long Steps, double DecideMs, double? MinMeanAccuracy, double? MeanAccuracy, double? MeanMs, string? Conflict, string? Policy,
    ImmutableArray<string> RefusedPolicies, ImmutableArray<OrchestratedUser> Users, ImmutableArray<OrchestratedNode> Nodes)
{
    /// <summary>What guards and learners tell of themselves, such as exploration that was held back; empty if nothing.</summary>
    public ImmutableDictionary<string, double> Learning { get; init; } = ImmutableDictionary<string, double>.Empty;
}
