using System.Collections.Immutable;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>Tables that never fall, from measurements that may.</summary>
public static class CurveTables
{
    /// <summary>The table that lies closest to measured points and does not fall: weighted isotonic least squares.</summary>
    /// <param name="points">The points, by rising fraction.</param>
    /// <param name="weights">How much each counts, above zero.</param>
    /// <exception cref="ArgumentException">There are no points, their fractions do not rise, or the weights do not fit.</exception>
    public static TableCurve Isotonic(ReadOnlySpan<CurveKnot> points, ReadOnlySpan<double> weights)
    {
        double[] falling = new double[points.Length];
        for (int i = 0; i < points.Length; i++) falling[i] = -points[i].Accuracy;
        ImmutableArray<double> fit = IsotonicRegression.NonIncreasing(falling, weights);
        ImmutableArray<CurveKnot>.Builder knots = ImmutableArray.CreateBuilder<CurveKnot>(points.Length);
        for (int i = 0; i < points.Length; i++) knots.Add(points[i] with { Accuracy = Math.Clamp(-fit[i], 0, 1) });
        return new(knots.MoveToImmutable());
    }
}
