using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>The most bytes of image or frames that may leave a tier outwards for one image. The answer's way back does not count.</summary>
/// <param name="Tier">The tier.</param>
/// <param name="Bytes">The most bytes.</param>
public sealed record TierByteLimit(Tier Tier, ByteCount Bytes)
{
    /// <summary>As a user writes it: "device=5000".</summary>
    public override string ToString() => $"{Tier.ToString().ToLowerInvariant()}={Bytes.Value}";
}
