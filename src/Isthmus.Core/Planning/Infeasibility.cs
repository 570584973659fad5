using System.Collections.Immutable;

namespace Isthmus.Core.Planning;

/// <summary>Finds which constraints to relax, and how far, when no plan satisfies all.</summary>
internal static class Infeasibility
{
    // More ways than this are not read.
    private const int MaxWays = 20;
    private const int MaxNamed = 4;

    /// <summary>The error for a request that has no plan.</summary>
    /// <param name="request">The request.</param>
    /// <param name="models">The networks among which it asks to choose.</param>
    public static InfeasiblePlanException Explain(PlanningRequest request, ImmutableArray<CostModel> models)
    {
        Obstacles obstacles = new(request);
        // All plans are looked at: with every part of a picture they would be too many.
        bool refine = models.Any(m => m.Index.HasFractions);
        if (refine) models = CostModel.AllOf(request, Planner.FewFractions);
        foreach (CostModel model in models)
        {
            obstacles.LookAt(model.Index);
            new PlanEnumeration(request, model).Visit(obstacles);
        }

        ImmutableArray<Relaxation> ways = [.. obstacles.Ways.Take(MaxWays).Select(w => Relax(request, refine ? Refined(request, w) : w)).OfType<Relaxation>()];
        if (ways.Length == 0)
        {
            return new(
                $"The profile of {request.Profile.ModelName} holds no complete plan in this search space: allow more nodes, cuts, codecs or inputs, or profile again with them.", []);
        }

        string advice = string.Join(", or ", ways.Take(MaxNamed).Select(w => string.Join(" and ", w.Changes.Select(c => c.Advice))));
        string more = ways.Length > MaxNamed ? $", or one of {ways.Length - MaxNamed} other ways" : "";
        return new($"No plan satisfies the constraints: {advice}{more}.", ways);
    }

    // One number alone, with all parts of pictures: the least that a search for it finds.
    private static ImmutableArray<RelaxationChange> Refined(PlanningRequest request, ImmutableArray<RelaxationChange> changes)
    {
        if (changes is not [RelaxationChange change]) return changes;
        Constraints c = request.Constraints;
        (Objective? objective, Constraints relaxed) = change.Constraint switch
        {
            RelaxableConstraint.MaxLatency => (Objective.Latency, c with { MaxLatency = null }),
            RelaxableConstraint.MaxAccuracyLoss => (Objective.Accuracy, c with { MaxAccuracyLoss = null }),
            RelaxableConstraint.MaxBytes => (Objective.Traffic, c with { MaxBytes = null }),
            _ => (null, c),
        };
        if (objective is null || Planner.Best(request with { Objective = objective, Constraints = relaxed }) is not { } least) return changes;
        double value = change.Constraint switch
        {
            RelaxableConstraint.MaxLatency => least.Latency.Value,
            RelaxableConstraint.MaxAccuracyLoss => least.AccuracyLoss,
            _ => least.Bytes.Value,
        };
        return [new Obstacle(change, double.NaN).To(value)];
    }

    private static Relaxation? Relax(PlanningRequest request, ImmutableArray<RelaxationChange> changes)
    {
        Constraints relaxed = changes.Aggregate(request.Constraints, static (c, change) => change.ApplyTo(c));
        return Planner.Best(request with { Constraints = relaxed }) is { } plan ? new(changes, plan) : null;
    }
}
