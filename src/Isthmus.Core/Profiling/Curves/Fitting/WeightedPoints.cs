namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>Measured shares of images at rising fractions, and how much each counts.</summary>
internal sealed class WeightedPoints
{
    // Curves are approximations: a point near 0 or 1, where chance varies little, must not rule over those in the middle.
    private const double LeastVariance = 0.09;

    private WeightedPoints(double[] fractions, double[] shares, double[] weights)
    {
        Fractions = fractions;
        Shares = shares;
        Weights = weights;
    }

    /// <summary>x.</summary>
    public double[] Fractions { get; }

    /// <summary>The share of images at each x.</summary>
    public double[] Shares { get; }

    /// <summary>The weight of each point's squared residual.</summary>
    public double[] Weights { get; }

    public int Count => Fractions.Length;

    /// <summary>
    /// Points that count by the images behind them and the binomial variance of their shares (of two more images right and two more wrong, Agresti and Coull's), which counts as
    /// at least 0.09: no point weighs more than 2.8 times another of as many images.
    /// </summary>
    public static WeightedPoints Binomial(double[] fractions, double[] shares, double count) => new(fractions, shares, [.. shares.Select(s =>
    {
        double safe = ((s * count) + 2) / (count + 4);
        return count / Math.Max(LeastVariance, safe * (1 - safe));
    })]);

    /// <summary>Points of given weights.</summary>
    public static WeightedPoints Of(double[] fractions, double[] shares, double[] weights) => new(fractions, shares, weights);

    /// <summary>All but one of them.</summary>
    public WeightedPoints Without(int point) => new(But(Fractions, point), But(Shares, point), But(Weights, point));

    /// <summary>Σ w·(curve − share)².</summary>
    public double SquaredError(IAccuracyCurve curve)
    {
        double sum = 0;
        for (int i = 0; i < Count; i++)
        {
            double residual = curve.At(Fractions[i]) - Shares[i];
            sum += Weights[i] * residual * residual;
        }

        return sum;
    }

    /// <summary>Root of the mean squared distance, every point counting the same.</summary>
    public double RootMeanSquare(IAccuracyCurve curve)
    {
        double sum = 0;
        for (int i = 0; i < Count; i++) sum += (curve.At(Fractions[i]) - Shares[i]) * (curve.At(Fractions[i]) - Shares[i]);
        return Math.Sqrt(sum / Count);
    }

    private static double[] But(double[] values, int index) => [.. values[..index], .. values[(index + 1)..]];

    /// <summary>Weighted straight line through (x, y): least squares of y = intercept + slope·x.</summary>
    /// <param name="x">As many as points.</param>
    /// <param name="y">As many; NaN for those that do not count.</param>
    /// <param name="weights">As many.</param>
    /// <returns>Null if fewer than two points count.</returns>
    public static (double Intercept, double Slope)? Line(ReadOnlySpan<double> x, ReadOnlySpan<double> y, ReadOnlySpan<double> weights)
    {
        double sum = 0, meanX = 0, meanY = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (double.IsNaN(y[i]) || !(weights[i] > 0)) continue;
            sum += weights[i];
            meanX += weights[i] * x[i];
            meanY += weights[i] * y[i];
        }

        if (!(sum > 0)) return null;
        meanX /= sum;
        meanY /= sum;
        double xx = 0, xy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (double.IsNaN(y[i]) || !(weights[i] > 0)) continue;
            xx += weights[i] * (x[i] - meanX) * (x[i] - meanX);
            xy += weights[i] * (x[i] - meanX) * (y[i] - meanY);
        }

        return xx > 0 ? (meanY - (xy / xx * meanX), xy / xx) : null;
    }
}
