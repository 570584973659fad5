using System.Collections.Immutable;

namespace Isthmus.Core.Planning;

/// <summary>One way to make the constraints satisfiable: change all of these, and there is a plan.</summary>
/// <param name="Changes">What to change, and to what.</param>
/// <param name="Plan">The plan that there is then.</param>
public sealed record Relaxation(ImmutableArray<RelaxationChange> Changes, RankedPlan Plan);
