using System.Collections.Immutable;

namespace Isthmus.Core.Planning;

/// <summary>
/// One way to make the constraints satisfiable: change all of these, and there is a plan. It does not suffice to change only some of them, nor to change one of the numbers by
/// less while the others stay as they are here.
/// </summary>
/// <param name="Changes">What to change, and to what.</param>
/// <param name="Plan">The best plan that there is then.</param>
public sealed record Relaxation(ImmutableArray<RelaxationChange> Changes, RankedPlan Plan)
{
    /// <summary>The constraints after all changes.</summary>
    public Constraints ApplyTo(Constraints constraints) => Changes.Aggregate(constraints, static (c, change) => change.ApplyTo(c));
}
