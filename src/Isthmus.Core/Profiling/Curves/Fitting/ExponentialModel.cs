namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>a·(1 − b·exp(−c·x)), within 0…1.</summary>
internal sealed class ExponentialModel : ICurveModel
{
    public IAccuracyCurve Curve(in CurveParameters parameters) => new ExponentialCurve(parameters.A, parameters.B, parameters.C);

    public double Value(in CurveParameters parameters, double x, out CurveParameters gradient)
    {
        double c = parameters.C, left = Math.Exp(parameters.LogB - (c * x)), value = parameters.A * (1 - left);
        gradient = value is <= 0 or >= 1 ? default : new(1 - left, -parameters.A * left, parameters.A * left * c * x);
        return Math.Clamp(value, 0, 1);
    }

    // For a given c it is a straight line in exp(−c·x). Points at the left may lie where the curve is cut off at 0: lines are also laid through the others alone.
    public IEnumerable<CurveParameters> Starts(WeightedPoints points)
    {
        double[] y = new double[points.Count], z = new double[points.Count];
        for (double c = 0.1; c < 400; c *= 1.3)
        {
            for (int i = 0; i < z.Length; i++) z[i] = Math.Exp(-c * points.Fractions[i]);
            for (int skipped = 0; skipped <= Math.Max(0, points.Count - 3); skipped++)
            {
                for (int i = 0; i < y.Length; i++) y[i] = i < skipped ? double.NaN : points.Shares[i];
                if (WeightedPoints.Line(z, y, points.Weights) is ( > 0 and { } a, < 0 and { } slope)) yield return new(a, Math.Log(-slope / a), Math.Log(c));
            }
        }
    }
}
