namespace Isthmus.Core.Profiling.Curves;

/// <summary>A(x) = a·(1 − b·exp(−c·x)), within 0…1: concave wherever it is above zero, and a plain saturating exponential.</summary>
/// <param name="A">What it tends to, 0 &lt; a; values above 1 are cut off at 1.</param>
/// <param name="B">b &gt; 0: how little there is at x = 0; above 1 the curve is 0 up to x = ln(b)/c.</param>
/// <param name="C">c &gt; 0: how fast it grows.</param>
public sealed record ExponentialCurve(double A, double B, double C) : IAccuracyCurve
{
    /// <inheritdoc/>
    public string Kind => AccuracyCurves.Exponential;

    /// <inheritdoc/>
    public double At(double fraction) => Math.Clamp(A * (1 - (B * Math.Exp(-C * fraction))), 0, 1);

    /// <inheritdoc/>
    public double SlopeAt(double fraction)
    {
        double left = B * Math.Exp(-C * fraction);
        double value = A * (1 - left);
        return value is < 0 or >= 1 ? 0 : A * C * left;
    }

    /// <inheritdoc/>
    public double? Inverse(double accuracy)
    {
        if (accuracy <= At(0)) return 0;
        if (accuracy > At(1)) return null;
        return Math.Clamp(-Math.Log((1 - (accuracy / A)) / B) / C, 0, 1);
    }
}
