using System.Collections.Immutable;

namespace Isthmus.Core.Profiling.Curves;

/// <summary>
/// A table of points that never fall, with straight pieces between them: from the origin to the first point, and level behind the last. Straight pieces keep the
/// table's order and its range, whatever the points are.
/// </summary>
public sealed class TableCurve : IAccuracyCurve, IEquatable<TableCurve>
{
    /// <summary>Makes a curve of points.</summary>
    /// <param name="knots">At least one, with fractions that rise, above 0 and at most 1, and accuracies that do not fall, 0…1.</param>
    /// <exception cref="ArgumentException">The points are not such.</exception>
    public TableCurve(ImmutableArray<CurveKnot> knots)
    {
        if (knots.IsDefaultOrEmpty) throw new ArgumentException("A table has at least one point.", nameof(knots));
        CurveKnot before = default;
        foreach (CurveKnot knot in knots)
        {
            if (!(knot.Fraction > before.Fraction && knot.Fraction <= 1)) throw new ArgumentException("The fractions of a table must rise, above 0 and up to 1.", nameof(knots));
            if (!(knot.Accuracy >= before.Accuracy && knot.Accuracy <= 1)) throw new ArgumentException("The accuracies of a table must not fall, and lie in 0 to 1.", nameof(knots));
            before = knot;
        }

        Knots = knots;
    }

    /// <summary>The points, by rising fraction.</summary>
    public ImmutableArray<CurveKnot> Knots { get; }

    /// <inheritdoc/>
    public string Kind => AccuracyCurves.Table;

    /// <inheritdoc/>
    public double At(double fraction)
    {
        int next = After(fraction);
        if (next == Knots.Length) return Knots[^1].Accuracy;
        CurveKnot from = Before(next), to = Knots[next];
        double share = Math.Clamp((fraction - from.Fraction) / (to.Fraction - from.Fraction), 0, 1);
        return from.Accuracy + (share * (to.Accuracy - from.Accuracy));
    }

    /// <inheritdoc/>
    public double SlopeAt(double fraction)
    {
        int next = After(fraction);
        if (next == Knots.Length) return 0;
        CurveKnot from = Before(next), to = Knots[next];
        return (to.Accuracy - from.Accuracy) / (to.Fraction - from.Fraction);
    }

    /// <inheritdoc/>
    public double? Inverse(double accuracy)
    {
        if (accuracy <= 0) return 0;
        for (int i = 0; i < Knots.Length; i++)
        {
            if (Knots[i].Accuracy < accuracy) continue;
            CurveKnot from = Before(i), to = Knots[i];
            return from.Fraction + ((accuracy - from.Accuracy) / (to.Accuracy - from.Accuracy) * (to.Fraction - from.Fraction));
        }

        return null;
    }

    /// <inheritdoc/>
    public bool Equals(TableCurve? other) => other is not null && Knots.SequenceEqual(other.Knots);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TableCurve);

    /// <inheritdoc/>
    public override int GetHashCode() => Knots.Aggregate(0, HashCode.Combine);

    private CurveKnot Before(int knot) => knot == 0 ? default : Knots[knot - 1];

    // The first point behind a fraction.
    private int After(double fraction)
    {
        int low = 0, high = Knots.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (Knots[middle].Fraction > fraction) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
