using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>The most bytes of image or frames that may leave a tier outwards for one image. The answer's way back does not count.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Bytes">The most bytes.</param>
public sealed record TierByteLimit(Tier Tier, ByteCount Bytes)
{
    /// <summary>Reads "device=5000", "device=20kB" or "edge=1.5MB".</summary>
    /// <exception cref="Errors.IsthmusException">The text is none of these.</exception>
    public static TierByteLimit Parse(string text)
    {
        (Tier tier, string value) = TierName.ParsePair(text, "device=1MB");
        return new(tier, ByteCount.Parse(value));
    }

    /// <summary>As a user writes it: "device=5000".</summary>
    public override string ToString() => $"{TierName.Of(Tier)}={Bytes.Value}";
}
