using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>How the best plan depends on the bandwidth of one link, in its direction alone, while all else stays.</summary>
/// <param name="From">The sending node.</param>
/// <param name="To">The receiving node.</param>
/// <param name="Now">The bandwidth that was planned with.</param>
/// <param name="IsUsed">Whether the best plan sends over the link.</param>
/// <param name="Regions">
/// From the lowest bandwidth that was looked at to unlimited, without gaps; neighbours have different plans. Each region's plan is the best at bandwidths
/// that were planned for. Where times add up, and no limit is on times, none is missed; otherwise one that is narrower than the steps in which it was looked
/// may be.
/// </param>
/// <param name="Plannings">How often was planned.</param>
/// <param name="IsComplete">Whether every border was found; false when the number of plannings reached its limit, and borders are between what was looked at.</param>
public sealed record BandwidthRegions(
    string From, string To, BitsPerSecond Now, bool IsUsed, ImmutableArray<BandwidthRegion> Regions, int Plannings, bool IsComplete)
{
    /// <summary>The region of the bandwidth that was planned with; of two that meet there, the one whose plan was chosen.</summary>
    public required BandwidthRegion Current { get; init; }
}
