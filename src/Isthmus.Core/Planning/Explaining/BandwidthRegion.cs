using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>The bandwidths of a link for which one plan is the best.</summary>
/// <param name="Low">The lowest of them.</param>
/// <param name="High">The highest of them, where the next region begins; unlimited in the last one.</param>
/// <param name="Plan">The plan; null if none satisfies the constraints there.</param>
public sealed record BandwidthRegion(BitsPerSecond Low, BitsPerSecond High, Plan? Plan);
