using System.Collections.Immutable;
using Isthmus.Core.Statistics;

namespace Isthmus.Runtime.Calibration;

/// <summary>
/// From measured losses to those that the planner uses. On some hundred images a finer setting may by chance lose more than a coarser one; a planner
/// that believed it would choose by noise. So losses are fitted such that no finer setting of the same codec at the same cut loses more.
/// </summary>
internal static class LossSmoothing
{
    /// <summary>Fits the settings of one codec at one cut, or of one picture format.</summary>
    /// <param name="settings">From the coarsest to the finest.</param>
    /// <returns>
    /// The losses in the same order, 0…1, never rising: the isotonic least-squares fit, weighted by the images seen; gains count as no loss. A setting that
    /// was given up has 1, and so has any coarser one: it was not tried to the end, and nothing that is planned may rest on it.
    /// </returns>
    public static ImmutableArray<double> Fit(IReadOnlyList<SettingTally> settings)
    {
        if (settings.Count == 0) return [];
        double[] losses = [.. settings.Select(s => s.RawLoss)], weights = [.. settings.Select(s => (double)Math.Max(1, s.Seen))];
        double[] fit = [.. IsotonicRegression.NonIncreasing(losses, weights).Select(l => Math.Clamp(l, 0, 1))];
        int last = settings.Count - 1;
        while (last >= 0 && !settings[last].Stopped) last--;
        Array.Fill(fit, 1, 0, last + 1);
        return [.. fit];
    }
}
