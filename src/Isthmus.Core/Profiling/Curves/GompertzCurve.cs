namespace Isthmus.Core.Profiling.Curves;

/// <summary>A(x) = a·exp(−b·exp(−c·x)): S-shaped, convex up to x = ln(b)/c and concave from there (Zhao et al., 2020).</summary>
/// <param name="A">What it tends to, 0 &lt; a; values above 1 are cut off at 1.</param>
/// <param name="B">b &gt; 0: how little there is at x = 0.</param>
/// <param name="C">c &gt; 0: how fast it grows.</param>
public sealed record GompertzCurve(double A, double B, double C) : IAccuracyCurve
{
    /// <inheritdoc/>
    public string Kind => AccuracyCurves.Gompertz;

    /// <inheritdoc/>
    public double At(double fraction) => Math.Min(1, A * Math.Exp(-B * Math.Exp(-C * fraction)));

    /// <inheritdoc/>
    public double SlopeAt(double fraction)
    {
        double u = B * Math.Exp(-C * fraction);
        double value = A * Math.Exp(-u);
        return value >= 1 ? 0 : value * C * u;
    }

    /// <inheritdoc/>
    public double? Inverse(double accuracy)
    {
        if (accuracy <= At(0)) return 0;
        if (accuracy > At(1)) return null;
        return Math.Clamp(-Math.Log(Math.Log(A / accuracy) / B) / C, 0, 1);
    }
}
