namespace Isthmus.Runtime.Running;

/// <summary>How often a plan was used.</summary>
/// <param name="Plan">The plan in one line.</param>
/// <param name="Images">Pictures that it was chosen for.</param>
public sealed record PlanUse(string Plan, int Images);
