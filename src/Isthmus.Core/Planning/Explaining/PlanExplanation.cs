using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>
/// Why a plan won: what every single change of the decision would do, what every constraint costs, and how far the links may change before another
/// plan is the best.
/// </summary>
/// <param name="Result">What was planned.</param>
/// <param name="Neighbours">The plans that differ from the best one in one decision, each once, in the order of <see cref="NeighbourChange"/>.</param>
/// <param name="Prices">What each constraint costs, each entry of a list by itself, in the order in which they are declared; of more than <see cref="MaxPrices"/> the first.</param>
/// <param name="Bandwidths">
/// How the best plan depends on the bandwidth of each link: first of those that it sends over, in their order, then of the device's others.
/// </param>
public sealed record PlanExplanation(
    PlanningResult Result,
    ImmutableArray<PlanNeighbour> Neighbours,
    ImmutableArray<ConstraintPrice> Prices,
    ImmutableArray<BandwidthRegions> Bandwidths)
{
    /// <summary>The most links whose bandwidth is varied.</summary>
    public const int MaxLinks = 6;

    /// <summary>The most constraints that are priced; each entry of a list is one.</summary>
    public const int MaxPrices = 64;

    /// <summary>Explains. Plans a few dozen times for each limit and each link.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="result">What <see cref="Planner.Plan"/> answered.</param>
    /// <param name="cancellationToken">Stops between two plannings.</param>
    /// <exception cref="IsthmusException">The result is not of the request.</exception>
    public static PlanExplanation Of(PlanningRequest request, PlanningResult result, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(result);
        ImmutableArray<ActiveConstraint> active = ActiveConstraint.Of(request);
        return new(
            result,
            new NeighbourSearch(request, result, active).All(),
            [.. active.Take(MaxPrices).Select(a => ConstraintPricing.Of(request, result.Winner, a, cancellationToken))],
            BandwidthSweep.All(request, result.Winner.Plan, cancellationToken));
    }
}
