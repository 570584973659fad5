namespace Isthmus.Core.Planning;

/// <summary>
/// Where a layer must, or must not, be computed. The number is that of a layer, as <see cref="Profiling.CutProfile.Layers"/> counts them from 0; in a profile
/// that does not say which layers lie between its cuts, it is that of a block: block k lies between the cuts k−1 and k, block 0 before the first.
/// A block is computed as a whole, so a wish about one of its layers is one about all of them.
/// </summary>
/// <param name="Layer">The number of the layer or block, from 0.</param>
/// <param name="Tier">The tier.</param>
/// <param name="Must">Whether it must be computed there; otherwise it must not.</param>
public sealed record LayerPlacement(int Layer, Tier Tier, bool Must = true)
{
    /// <summary>As a user writes it: "10=edge", "10!=device".</summary>
    public override string ToString() => $"{Layer}{(Must ? "=" : "!=")}{Tier.ToString().ToLowerInvariant()}";
}
