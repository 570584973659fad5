using System.Globalization;
using Isthmus.Core.Errors;

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
    /// <summary>Reads "10=edge" or "10!=device".</summary>
    /// <exception cref="IsthmusException">The text is neither.</exception>
    public static LayerPlacement Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        bool must = equals > 0 && text[equals - 1] != '!';
        if (equals > 0 && int.TryParse(text.AsSpan(0, must ? equals : equals - 1), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, null, out int layer))
            return new(layer, TierName.Parse(text[(equals + 1)..]), must);
        throw new IsthmusException(ErrorKind.Usage, $"'{text}' does not place a layer: write it as 10=edge or 10!=device.");
    }

    /// <summary>As a user writes it: "10=edge", "10!=device".</summary>
    public override string ToString() => $"{Layer}{(Must ? "=" : "!=")}{TierName.Of(Tier)}";
}
