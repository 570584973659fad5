using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>Finds what a constraint costs, by planning without it.</summary>
internal static class ConstraintPricing
{
    // Scores are sums; what is equal but for their last bits is equal.
    private const double Tolerance = 1e-9;

    public static ConstraintPrice Of(PlanningRequest request, RankedPlan winner, ActiveConstraint constraint, CancellationToken cancellationToken)
    {
        RankedPlan without = Best(constraint.Without)
            ?? throw new IsthmusException(ErrorKind.Planning, "The constraints cannot be priced: the result is not of this request.");
        if (!IsBetter(without)) return new(constraint.Kind, constraint.What, 0, winner, null, null, 0, "");
        double price = winner.Score - without.Score;
        if (constraint.Limit is not { } limit)
            return new(constraint.Kind, constraint.What, price, without, null, without, price, constraint.Advice(without));

        // At the lower number the best plan is the winner, at the higher there is a better one, and it is known how much that one needs.
        double low = limit.Value, high = limit.Of(without);
        RankedPlan next = without;
        while (high - low > limit.Step)
        {
            cancellationToken.ThrowIfCancellationRequested();
            double middle = limit.Step >= 1 ? Math.Floor((low + high) / 2) : (low + high) / 2;
            if (Best(limit.With(middle)) is { } plan && IsBetter(plan))
            {
                next = plan;
                high = Math.Min(middle, limit.Of(plan));
            }
            else
            {
                low = middle;
            }
        }

        return new(constraint.Kind, constraint.What, price, without, limit.Of(next), next, winner.Score - next.Score, constraint.Advice(next));

        RankedPlan? Best(Constraints constraints) => Planner.Best(request with { Constraints = constraints });

        bool IsBetter(RankedPlan plan) => plan.Score < winner.Score - (Tolerance * Math.Max(1, Math.Abs(winner.Score)));
    }
}
