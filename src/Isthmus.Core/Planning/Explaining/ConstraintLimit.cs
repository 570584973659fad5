namespace Isthmus.Core.Planning.Explaining;

/// <summary>How a restriction is a limit on a quantity of a plan.</summary>
/// <param name="Value">The limit.</param>
/// <param name="Of">The quantity of a plan that may not be above it.</param>
/// <param name="With">The constraints with another limit.</param>
/// <param name="Step">Quantities that are nearer to each other than this are taken as one.</param>
internal sealed record ConstraintLimit(double Value, Func<RankedPlan, double> Of, Func<double, Constraints> With, double Step);
