using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Adaptive;

/// <summary>A plan in a log of decisions, whose header names the network.</summary>
/// <param name="Input">How the input crosses.</param>
/// <param name="Segments">The segments.</param>
public sealed record LoggedPlan(InputEncoding Input, ImmutableArray<PlacedSegment> Segments)
{
    /// <summary>A plan as it is logged; null of null.</summary>
    public static LoggedPlan? Of(Plan? plan) => plan is null ? null : new(plan.Input, plan.Segments);

    /// <summary>The plan.</summary>
    /// <exception cref="IsthmusException">It breaks a rule of plans.</exception>
    public Plan ToPlan(ModelHash model)
    {
        if (Segments.IsDefaultOrEmpty || Segments.Length > 3 || Segments.Any(s => s is null))
            throw new IsthmusException(ErrorKind.Data, "A plan has one to three segments.");
        Plan plan = new(model, Input, Segments);
        PlanRules.Check(plan);
        return plan;
    }
}
