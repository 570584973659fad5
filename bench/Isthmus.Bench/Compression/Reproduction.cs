namespace Isthmus.Bench.Compression;

/// <summary>A setting of the floor codec as it was published, and as it is here.</summary>
/// <param name="Codec">The setting.</param>
/// <param name="Published">What was published.</param>
/// <param name="BitsPerValue">Bits per value here.</param>
/// <param name="Agreement">Agreement here.</param>
/// <param name="Top1">Top-1 here; null without labels.</param>
public sealed record Reproduction(string Codec, PublishedFigure Published, double BitsPerValue, double Agreement, double? Top1)
{
    /// <summary>Puts both side by side.</summary>
    public Reproduction(string codec, PublishedFigure published, MeasuredSetting measured)
        : this(codec, published, measured.BitsPerValue, measured.Agreement, measured.Top1)
    {
    }
}
