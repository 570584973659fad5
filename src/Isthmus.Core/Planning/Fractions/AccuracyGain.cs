using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// The fraction x at which accuracy is worth the most more than its bytes: the maximum of A(x) − λ·x over lowest ≤ x ≤ highest. Of fractions that are equally good, the smallest.
/// <para>
/// Gompertz: where the slope is λ, u·exp(−u) = λ/(a·c) with u = b·exp(−c·x); the maximum is where the curve is concave, u ≤ 1: u = −W₀(−λ/(a·c)), x* = ln(b/u)/c, and there is none
/// if λ > a·c/e. The curve is convex before, so x* can be worse than a corner, and both are always looked at. Saturating exponential: x* = ln(a·b·c/λ)/c. Table: one of its points.
/// </para>
/// </summary>
public static class AccuracyGain
{
    // Curves of a form that is not known are looked at everywhere, then closer around the best.
    private const int Samples = 1000;
    private static readonly double Golden = (Math.Sqrt(5) - 1) / 2;

    /// <summary>The best fraction.</summary>
    /// <param name="curve">The accuracy.</param>
    /// <param name="perFraction">λ ≥ 0: what sending everything would have to bring, as a share of accuracy.</param>
    /// <param name="lowest">The smallest fraction that may be sent.</param>
    /// <param name="highest">The largest.</param>
    /// <exception cref="ArgumentOutOfRangeException">λ is negative or not a number, or the fractions are not 0 ≤ lowest ≤ highest ≤ 1.</exception>
    public static double Fraction(IAccuracyCurve curve, double perFraction, double lowest, double highest)
    {
        ArgumentNullException.ThrowIfNull(curve);
        if (!(perFraction >= 0)) throw new ArgumentOutOfRangeException(nameof(perFraction));
        if (!(lowest >= 0 && lowest <= highest && highest <= 1)) throw new ArgumentOutOfRangeException(nameof(lowest));
        if (double.IsPositiveInfinity(perFraction)) return lowest;
        Search best = new(curve, perFraction, lowest, highest);
        best.Look(highest);
        switch (curve)
        {
            case GompertzCurve gompertz:
                double u = -LambertW.Principal(-perFraction / (gompertz.A * gompertz.C));
                best.Look(Math.Log(gompertz.B / u) / gompertz.C);
                // Accuracy ends at 1, the curve perhaps not.
                if (gompertz.A > 1) best.Look(Math.Log(gompertz.B / Math.Log(gompertz.A)) / gompertz.C);
                break;
            case ExponentialCurve exponential:
                best.Look(Math.Log(exponential.A * exponential.B * exponential.C / perFraction) / exponential.C);
                if (exponential.A > 1) best.Look(Math.Log(exponential.B / (1 - (1 / exponential.A))) / exponential.C);
                break;
            case TableCurve table:
                // Straight pieces are best at one of their ends.
                foreach (CurveKnot knot in table.Knots) best.Look(knot.Fraction);
                break;
            default:
                best.LookEverywhere();
                break;
        }

        return best.Fraction;
    }

    private struct Search
    {
        private readonly IAccuracyCurve _curve;
        private readonly double _perFraction;
        private readonly double _lowest;
        private readonly double _highest;
        private double _value;

        public Search(IAccuracyCurve curve, double perFraction, double lowest, double highest)
        {
            _curve = curve;
            _perFraction = perFraction;
            _lowest = lowest;
            _highest = highest;
            Fraction = lowest;
            _value = Value(lowest);
        }

        public double Fraction { get; private set; }

        public void Look(double fraction)
        {
            if (!(fraction > _lowest && fraction <= _highest)) return;
            double value = Value(fraction);
            if (!(value > _value) && !(value == _value && fraction < Fraction)) return;
            _value = value;
            Fraction = fraction;
        }

        public void LookEverywhere()
        {
            double step = (_highest - _lowest) / Samples;
            for (int i = 1; i < Samples; i++) Look(_lowest + (i * step));
            double low = Math.Max(_lowest, Fraction - step), high = Math.Min(_highest, Fraction + step);
            for (int i = 0; i < Samples && high - low > 1e-12; i++)
            {
                double a = high - (Golden * (high - low)), b = low + (Golden * (high - low));
                if (Value(a) >= Value(b)) high = b;
                else low = a;
            }

            Look((low + high) / 2);
        }

        private readonly double Value(double fraction) => _curve.At(fraction) - (_perFraction * fraction);
    }
}
