namespace Isthmus.Bench.Compression;

/// <summary>What a codec needs for answers as close to the un-split network's as a setting of the floor codec's are.</summary>
/// <param name="Baseline">The floor codec's setting.</param>
/// <param name="BaselineBytes">Its bytes.</param>
/// <param name="Divergence">Its mean divergence, in nats.</param>
/// <param name="Kind">The codec that is compared.</param>
/// <param name="Bytes">Bytes that the codec needs, between two of its settings; null if all of them are on one side.</param>
/// <param name="Saving">1 − bytes ÷ the baseline's; null if there are none.</param>
public sealed record EqualDivergence(string Baseline, double BaselineBytes, double Divergence, string Kind, double? Bytes, double? Saving)
{
    // A divergence of 0 has no logarithm.
    private const double Least = 1e-9;

    /// <summary>Compares; null if the baseline's divergence is not known.</summary>
    /// <param name="baseline">The baseline's setting.</param>
    /// <param name="kind">The codec's name.</param>
    /// <param name="settings">Its settings.</param>
    public static EqualDivergence? Of(MeasuredSetting baseline, string kind, IEnumerable<MeasuredSetting> settings)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        if (baseline.Divergence is not { } divergence) return null;
        double? bytes = BytesFor(divergence, settings);
        return new(baseline.Codec, baseline.Bytes, divergence, kind, bytes, 1 - (bytes / baseline.Bytes));
    }

    // Divergence falls with bytes by about a power law, so logarithms are interpolated, between the settings that no other one beats in both.
    private static double? BytesFor(double divergence, IEnumerable<MeasuredSetting> settings)
    {
        (double Bytes, double Divergence)? before = null;
        foreach (MeasuredSetting s in settings.Where(s => s.Divergence is not null).OrderBy(s => s.Bytes).ThenBy(s => s.Divergence))
        {
            double reached = Math.Max(s.Divergence!.Value, Least), asked = Math.Max(divergence, Least);
            if (before is { } b && reached >= b.Divergence) continue;
            if (reached <= asked)
            {
                if (reached == asked) return s.Bytes;
                if (before is not { } from) return null;
                double share = Math.Log(from.Divergence / asked) / Math.Log(from.Divergence / reached);
                return from.Bytes * Math.Pow(s.Bytes / from.Bytes, share);
            }

            before = (s.Bytes, reached);
        }

        return null;
    }
}
