namespace Isthmus.Core.Profiling;

/// <summary>The electrical power that a node draws.</summary>
/// <param name="Busy">Watts while it computes.</param>
/// <param name="Idle">Watts while it waits; of a device, while the answer is computed elsewhere or under way.</param>
public sealed record NodePower(double Busy, double Idle);
