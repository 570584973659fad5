using Isthmus.Core.Errors;
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

    /// <summary>Reads "edge=50ms", "edge=1.5s" or "edge=30%".</summary>
    /// <exception cref="IsthmusException">The text is none of these.</exception>
    public static TierTimeLimit Parse(string text)
    {
        (Tier tier, string value) = TierName.ParsePair(text, "edge=50ms or edge=30%");
        return value.EndsWith('%') ? OfShare(tier, ParseShare(value)) : Of(tier, Milliseconds.Parse(value));
    }

    /// <summary>Reads "30%" as 0.3.</summary>
    internal static double ParseShare(string text) =>
        double.TryParse(text.AsSpan().TrimEnd('%'), out double percent) && percent is >= 0 and <= 100 ? percent / 100
            : throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a share: write it as 30%, from 0% to 100%.");

    /// <summary>As a user writes it: "edge=50ms", "edge=30%".</summary>
    public override string ToString() => Share is { } share ? $"{TierName.Of(Tier)}={Math.Round(share * 100, 9)}%" : $"{TierName.Of(Tier)}={Time?.Value}ms";
}
