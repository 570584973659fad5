namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// The two real branches of Lambert's W: w with w·exp(w) = x. To about 1e-14 of x, relative. Halley's iteration, begun with the series at the branch point −1/e or with
/// logarithms (Corless et al., Advances in Computational Mathematics 1996).
/// </summary>
public static class LambertW
{
    // 1/e, and what is missing from it as a double.
    private const double BranchPoint = 0.36787944117144233;
    private const int MaxSteps = 60;

    /// <summary>W₀, the branch with w ≥ −1.</summary>
    /// <param name="x">−1/e or more.</param>
    /// <returns>Not a number below −1/e.</returns>
    public static double Principal(double x)
    {
        if (double.IsNaN(x) || x < -BranchPoint) return double.NaN;
        if (x == 0 || double.IsPositiveInfinity(x)) return x;
        double w;
        if (x < -0.25)
        {
            w = AtBranchPoint(x, 1);
        }
        else if (x < 3)
        {
            w = x < 0.5 ? x * (1 - (x * (1 - (1.5 * x)))) : Math.Log(1 + x) * 0.8;
        }
        else
        {
            double log = Math.Log(x);
            w = log - Math.Log(log);
        }

        return Halley(x, w);
    }

    /// <summary>W₋₁, the branch with w ≤ −1.</summary>
    /// <param name="x">From −1/e to 0, without 0.</param>
    /// <returns>Not a number outside; minus infinity at 0.</returns>
    public static double Lower(double x)
    {
        if (double.IsNaN(x) || x < -BranchPoint || x > 0) return double.NaN;
        if (x == 0) return double.NegativeInfinity;
        if (x < -0.25) return Halley(x, AtBranchPoint(x, -1));
        // In logarithms, ln(−x) = w + ln(−w): there nothing overflows.
        double target = Math.Log(-x);
        double w = target - Math.Log(-target);
        for (int i = 0; i < MaxSteps; i++)
        {
            double step = (w + Math.Log(-w) - target) / (1 + (1 / w));
            w -= step;
            if (Math.Abs(step) <= 1e-16 * Math.Abs(w)) break;
        }

        return w;
    }

    private static double AtBranchPoint(double x, int sign)
    {
        // e·x + 1, with what the product rounds away put back.
        double p = sign * Math.Sqrt(Math.Max(0, 2 * Math.FusedMultiplyAdd(Math.E, x, 1)));
        return -1 + (p * (1 - (p * ((1.0 / 3) - (p * 11 / 72)))));
    }

    private static double Halley(double x, double w)
    {
        for (int i = 0; i < MaxSteps; i++)
        {
            double e = Math.Exp(w);
            double over = (w * e) - x;
            double slope = e * (w + 1);
            // At the branch point itself nothing is left to correct.
            if (over == 0 || slope == 0) break;
            double step = over / (slope - ((w + 2) * over / (2 * (w + 1))));
            if (!double.IsFinite(step)) break;
            w -= step;
            if (Math.Abs(step) <= 1e-16 * Math.Abs(w)) break;
        }

        return w;
    }
}
