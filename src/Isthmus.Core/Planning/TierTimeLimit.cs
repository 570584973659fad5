using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>
/// The most that a tier may compute for one image: its segment, and the decoding and encoding of pictures and tensors there. Waiting and transfers do not count.
/// Exactly one of the two limits is given.
/// </summary>
/// <param name="Tier">The tier.</param>
/// <param name="Time">The most milliseconds.</param>
/// <param name="Share">The largest share of the computing time of all tiers, 0…1.</param>
public sealed record TierTimeLimit(Tier Tier, Milliseconds? Time, double? Share)
{
    /// <summary>A limit in milliseconds.</summary>
    public static TierTimeLimit Of(Tier tier, Milliseconds time) => new(tier, time, null);

    /// <summary>A limit as a share of the computing time of all tiers, 0…1.</summary>
    public static TierTimeLimit OfShare(Tier tier, double share) => new(tier, null, share);

    /// <summary>As a user writes it: "edge=50ms", "edge=30%".</summary>
    public override string ToString() =>
        Share is { } share ? $"{Tier.ToString().ToLowerInvariant()}={Math.Round(share * 100, 9)}%" : $"{Tier.ToString().ToLowerInvariant()}={Time?.Value}ms";
}
