namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>What a <see cref="GuardRail"/> did, in requests.</summary>
/// <param name="Requests">All requests.</param>
/// <param name="OutOfBound">Held back: predicted to take longer than the bound allows, or the learner proposed what does not serve the user.</param>
/// <param name="OverBudget">Held back: exploring, with nothing left to spend.</param>
/// <param name="ForAccuracy">Held back so that the mean accuracy keeps the goal.</param>
/// <param name="Unproven">Let through though too little is known of the action.</param>
/// <param name="Explored">Let through though the learner held another action to be best for the user.</param>
public readonly record struct GuardRailCounts(long Requests, long OutOfBound, long OverBudget, long ForAccuracy, long Unproven, long Explored);
