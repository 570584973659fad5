namespace Isthmus.Bench.Compression;

/// <summary>What a codec needs to agree with the whole network at least as often as a setting of a baseline.</summary>
/// <param name="Baseline">The baseline's setting.</param>
/// <param name="BaselineBytes">Its bytes.</param>
/// <param name="Agreement">Its agreement.</param>
/// <param name="Kind">The codec that is compared.</param>
/// <param name="Bytes">Bytes that the codec needs, between two settings on its <see cref="RateCurve"/>; null if no measured setting agrees as often.</param>
/// <param name="Saving">1 − bytes ÷ the baseline's; null if there are none.</param>
/// <param name="Nearest">The smallest measured setting that agrees at least as often; null if none does.</param>
/// <param name="NearestBytes">Its bytes.</param>
/// <param name="NearestSaving">1 − those ÷ the baseline's.</param>
/// <param name="Difference">Agreement of that setting minus the baseline's.</param>
/// <param name="Low">Lower end of the 95 % confidence interval of the difference, from pairs.</param>
/// <param name="High">Upper end.</param>
public sealed record EqualAgreement(
    string Baseline, double BaselineBytes, double Agreement, string Kind, double? Bytes, double? Saving,
    string? Nearest, double? NearestBytes, double? NearestSaving, double? Difference, double? Low, double? High)
{
    /// <summary>The baseline's bytes ÷ the codec's; null if there are none.</summary>
    public double? Ratio => BaselineBytes / Bytes;

    /// <summary>Compares.</summary>
    /// <param name="baseline">The baseline's setting.</param>
    /// <param name="kind">The codec's name.</param>
    /// <param name="settings">Its settings.</param>
    public static EqualAgreement Of(MeasuredSetting baseline, string kind, IReadOnlyCollection<MeasuredSetting> settings)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        double? bytes = RateCurve.Of(settings.Select(s => (s.Bytes, s.Agreement))).BytesFor(baseline.Agreement);
        MeasuredSetting? nearest = settings.Where(s => s.Agreement >= baseline.Agreement).MinBy(s => s.Bytes);
        PairedDifference? difference = nearest is null || nearest.Agrees.Length != baseline.Agrees.Length || nearest.Agrees.IsEmpty ? null
            : PairedDifference.Of(nearest.Agrees.AsSpan(), baseline.Agrees.AsSpan());
        return new(
            baseline.Codec, baseline.Bytes, baseline.Agreement, kind, bytes, 1 - (bytes / baseline.Bytes),
            nearest?.Codec, nearest?.Bytes, 1 - (nearest?.Bytes / baseline.Bytes), difference?.Difference, difference?.Low, difference?.High);
    }
}
