using System.Collections.Immutable;
using Isthmus.Core.Statistics;

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
/// <param name="Low">Lower end of Tango's 95 % confidence interval of the difference, from the same photographs.</param>
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
        PairedProportions? pairs = nearest is null || nearest.Agrees.IsEmpty || baseline.Agrees.IsEmpty ? null : Pairs(nearest.Agrees, baseline.Agrees);
        ConfidenceInterval? interval = pairs?.Tango();
        return new(
            baseline.Codec, baseline.Bytes, baseline.Agreement, kind, bytes, 1 - (bytes / baseline.Bytes),
            nearest?.Codec, nearest?.Bytes, 1 - (nearest?.Bytes / baseline.Bytes), pairs?.Difference, interval?.Low, interval?.High);
    }

    private static PairedProportions Pairs(ImmutableArray<bool> first, ImmutableArray<bool> second)
    {
        int both = 0, only1 = 0, only2 = 0;
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] && second[i]) both++;
            else if (first[i]) only1++;
            else if (second[i]) only2++;
        }

        return new(both, only1, only2, first.Length - both - only1 - only2);
    }
}
