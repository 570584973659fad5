namespace Isthmus.Bench.Compression;

/// <summary>What a codec needs to lose no more top-1 accuracy than a setting of a baseline.</summary>
/// <param name="Baseline">The baseline's setting.</param>
/// <param name="BaselineBytes">Its bytes.</param>
/// <param name="Loss">Its loss, 0…1.</param>
/// <param name="Kind">The codec that is compared.</param>
/// <param name="Bytes">Bytes that the codec needs, between two settings on its <see cref="RateCurve"/>; null if no measured setting loses as little.</param>
/// <param name="Ratio">The baseline's bytes ÷ these.</param>
/// <param name="Nearest">The smallest measured setting that loses no more; null if none does.</param>
/// <param name="NearestRatio">The baseline's bytes ÷ its bytes.</param>
public sealed record EqualLoss(
    string Baseline, double BaselineBytes, double Loss, string Kind, double? Bytes, double? Ratio, string? Nearest, double? NearestRatio)
{
    /// <summary>Compares; all settings must have a loss.</summary>
    public static EqualLoss Of(MeasuredSetting baseline, string kind, IReadOnlyCollection<MeasuredSetting> settings)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        double loss = baseline.Loss!.Value;
        double? bytes = RateCurve.Of(settings.Select(s => (s.Bytes, -s.Loss!.Value))).BytesFor(-loss);
        MeasuredSetting? nearest = settings.Where(s => s.Loss <= loss).MinBy(s => s.Bytes);
        return new(baseline.Codec, baseline.Bytes, loss, kind, bytes, baseline.Bytes / bytes, nearest?.Codec, baseline.Bytes / nearest?.Bytes);
    }
}
