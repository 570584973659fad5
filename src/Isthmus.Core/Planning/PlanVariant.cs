using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning;

/// <summary>One of several networks for the same task, of which a plan runs one.</summary>
/// <param name="Index">What was measured of it; all variants are profiled on the same nodes.</param>
/// <param name="Loss">The top-1 accuracy that it loses against the best variant of the set, 0…1; added to the losses of the plan's crossings.</param>
public sealed record PlanVariant(ProfileIndex Index, double Loss);
