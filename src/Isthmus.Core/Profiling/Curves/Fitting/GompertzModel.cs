namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>a·exp(−b·exp(−c·x)).</summary>
internal sealed class GompertzModel : ICurveModel
{
    public IAccuracyCurve Curve(in CurveParameters parameters) => new GompertzCurve(parameters.A, parameters.B, parameters.C);

    public double Value(in CurveParameters parameters, double x, out CurveParameters gradient)
    {
        double c = parameters.C, u = Math.Exp(parameters.LogB - (c * x)), e = Math.Exp(-u), value = parameters.A * e;
        gradient = value >= 1 ? default : new(e, -value * u, value * u * c * x);
        return Math.Min(1, value);
    }

    // For a given a, ln(ln(a/A)) = ln b − c·x is a straight line; a residual there counts by what it is before the logarithms.
    public IEnumerable<CurveParameters> Starts(WeightedPoints points)
    {
        double most = Math.Max(1e-3, points.Shares.Max());
        double[] y = new double[points.Count], weights = new double[points.Count];
        foreach (double share in (double[])[0.97, 1.0005, 1.003, 1.01, 1.02, 1.035, 1.05, 1.075, 1.1, 1.2, 1.4, 1.7, 2])
        {
            double a = most * share;
            for (int i = 0; i < y.Length; i++)
            {
                double accuracy = Math.Max(points.Shares[i], 1e-4), log = Math.Log(a / accuracy);
                y[i] = log > 0 ? Math.Log(log) : double.NaN;
                weights[i] = points.Weights[i] * accuracy * accuracy * log * log;
            }

            if (WeightedPoints.Line(points.Fractions, y, weights) is ({ } intercept, < 0 and { } slope)) yield return new(a, intercept, Math.Log(-slope));
        }
    }
}
