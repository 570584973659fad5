namespace Isthmus.Node.Orchestrating;

/// <summary>What is decided for one user.</summary>
/// <param name="Action">The position of the action.</param>
/// <param name="Version">The version of the action space.</param>
/// <param name="Number">The number of the decision.</param>
/// <param name="Why">Why.</param>
/// <param name="Conflict">Which wishes contradict each other; null if none do.</param>
internal sealed record FleetDecision(int Action, long Version, long Number, string Why, string? Conflict);
