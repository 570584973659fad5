namespace Isthmus.Core.Planning;

/// <summary>One constraint's part in a <see cref="Relaxation"/>.</summary>
/// <param name="Constraint">The constraint.</param>
/// <param name="Value">The tightest number that admits a plan: bytes, milliseconds or share; null for constraints that are no numbers.</param>
/// <param name="Advice">What to do, as a command-line user would say it, such as "--max-bytes 5320".</param>
public sealed record RelaxationChange(RelaxableConstraint Constraint, double? Value, string Advice);
