namespace Isthmus.Runtime.Orchestrating;

/// <summary>How a run followed its orchestrator.</summary>
/// <param name="Url">The orchestrator.</param>
/// <param name="User">The name under which the run is registered there.</param>
/// <param name="Actions">The actions of its menu.</param>
/// <param name="Requests">Requests for which a plan was needed.</param>
/// <param name="Advised">Those that had an advice of their own.</param>
/// <param name="Repeated">Those that went on with the last plan, or the safe one if there was none.</param>
/// <param name="Shed">Advised ones that took the safe action because a node is overloaded.</param>
/// <param name="Overruled">Those whose advice was not followed: its node fails, its plan was still being made ready, or the orchestrator is not believed.</param>
/// <param name="Slow">How often a request waited in vain.</param>
/// <param name="Wrong">Answers that were none: of another menu, or outside of it.</param>
/// <param name="Gone">How often the orchestrator was lost.</param>
/// <param name="Distrusted">How often it was not believed any more, because what it advised took too long.</param>
/// <param name="Reports">Reports that it took.</param>
/// <param name="Unreported">Reports that it never got.</param>
/// <param name="WaitMs">How long a request waited for it, on average, in milliseconds.</param>
/// <param name="IsThere">Whether it was there at the end.</param>
/// <param name="Problem">What the last trouble with it was, in one sentence; null if there was none.</param>
/// <param name="Conflict">Which wishes contradict each other, by its word; null if none do.</param>
public sealed record OrchestrationSummary(
    Uri Url, string User, int Actions, long Requests, long Advised, long Repeated, long Shed, long Overruled, long Slow, long Wrong, long Gone, long Distrusted, long Reports, long Unreported,
    double WaitMs, bool IsThere, string? Problem, string? Conflict);
