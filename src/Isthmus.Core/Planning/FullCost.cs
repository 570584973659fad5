using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning;

/// <summary>
/// What a plan that was chosen by a part of its cost (<see cref="CostTerms.ComputingAndTransfer"/>) takes when everything counts, and what would have been
/// chosen then.
/// </summary>
/// <param name="Chosen">The chosen plan with all of its cost; null if something of it was not measured.</param>
/// <param name="Best">The best plan of the same space when everything counts; null if there is none that was measured and is allowed.</param>
public sealed record FullCost(RankedPlan? Chosen, RankedPlan? Best)
{
    /// <summary>Counts everything.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="chosen">What was chosen.</param>
    public static FullCost Of(PlanningRequest request, Plan chosen)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(chosen);
        PlanningRequest full = request with { Terms = CostTerms.Everything, Top = 1, WithPareto = false };
        return new(Try(() => CostModel.Of(full.Choosing(chosen.Model)).Rank(chosen, full.Objective)), Try(() => Planner.Plan(full).Winner));
    }

    private static RankedPlan? Try(Func<RankedPlan> plan)
    {
        try
        {
            return plan();
        }
        catch (IsthmusException e) when (e.Kind == ErrorKind.Planning)
        {
            return null;
        }
    }
}
