using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>Repeated measurements of one thing.</summary>
/// <param name="P50">The median: the planner's estimate.</param>
/// <param name="P95">The 95th percentile, by the nearest-rank rule.</param>
/// <param name="Count">How many measurements, without the warm-up.</param>
public sealed record Timing(Milliseconds P50, Milliseconds P95, int Count)
{
    /// <summary>Summarises measurements.</summary>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static Timing Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        if (sorted.Length == 0) throw new ArgumentException("No measurements.", nameof(milliseconds));
        return new(new(Rank(sorted, 0.50)), new(Rank(sorted, 0.95)), sorted.Length);

        static double Rank(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
