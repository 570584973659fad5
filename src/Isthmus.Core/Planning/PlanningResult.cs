using System.Collections.Immutable;

namespace Isthmus.Core.Planning;

/// <summary>What the planner found.</summary>
/// <param name="Winner">The best plan of the search space under the objective and the constraints.</param>
/// <param name="Ranked">The best plans, best first; the winner is the first.</param>
/// <param name="Pareto">
/// The plans of the search space that satisfy the constraints and that no other beats in latency, bytes from the device and accuracy
/// loss at once, fastest first. Exact. Of plans with the same three numbers one is kept.
/// </param>
/// <param name="BestSplit">The best plan that splits the network; null if none is allowed.</param>
/// <param name="MarginOverBestSingleTier">
/// The winner against the best plan on one node, which is sought in the whole space, not only in the method's; null if the constraints
/// allow none.
/// </param>
/// <param name="Why">Why the winner won, in plain language and with numbers.</param>
public sealed record PlanningResult(
    RankedPlan Winner,
    ImmutableArray<RankedPlan> Ranked,
    ImmutableArray<RankedPlan> Pareto,
    RankedPlan? BestSplit,
    SingleTierMargin? MarginOverBestSingleTier,
    string Why);
