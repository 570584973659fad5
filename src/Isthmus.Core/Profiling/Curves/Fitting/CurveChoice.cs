using System.Collections.Immutable;

namespace Isthmus.Core.Profiling.Curves.Fitting;

/// <summary>
/// Fits every kind of curve to what was counted, and chooses the one that foretells best what images say that it was not fitted to.
/// </summary>
/// <remarks>
/// <para>
/// Fits are weighted least squares on the raw residuals; the table is isotonic least squares. The points of a family are of the same images, so that their chance goes up and down together
/// and the textbook's covariance of a fit is wrong. Bands are therefore a bootstrap: groups of images are drawn again with replacement, every kind is fitted again, and at each fraction
/// the middle 95 % of the curves are kept.
/// </para>
/// <para>The held-out error is of ten folds: each holds a tenth of the images, and curves that were fitted to the rest are compared with their shares.</para>
/// </remarks>
public static class CurveChoice
{
    /// <summary>The least groups of images of which anything can be held out, or a band be made.</summary>
    public const int LeastGroups = 5;

    /// <summary>Kinds whose squared held-out errors differ by less, a tenth of a point squared, foretell equally well.</summary>
    public const double Tie = 1e-6;

    private const int LeastPointsBetween = 5;
    private const int Folds = 10;
    private const int Draws = 400;

    private static ImmutableArray<(string Kind, ICurveModel Model)> Models { get; } = [(AccuracyCurves.Exponential, new ExponentialModel()), (AccuracyCurves.Gompertz, new GompertzModel())];

    /// <summary>Fits and chooses.</summary>
    /// <param name="fractions">The fractions, rising, above 0 and at most 1.</param>
    /// <param name="counts">What was counted at them.</param>
    /// <param name="chosen">The kind that foretells best; of those that do so equally well the simplest. The table where there are too few groups of images.</param>
    /// <returns>The fits, from the simplest kind on; kinds that nothing fitted are left out. The table is always there.</returns>
    /// <exception cref="ArgumentException">The fractions do not rise, or are not as many as were counted.</exception>
    public static ImmutableArray<CurveFit> Fit(ImmutableArray<double> fractions, GroupedCounts counts, out string chosen)
    {
        ArgumentNullException.ThrowIfNull(counts);
        if (fractions.Length != counts.Points || fractions.Where((f, i) => !(f is > 0 and <= 1) || (i > 0 && f <= fractions[i - 1])).Any())
            throw new ArgumentException("A fraction is expected for each count, and they must rise, above 0 and up to 1.", nameof(fractions));
        double[] x = [.. fractions];
        int[] groups = [.. Enumerable.Range(0, counts.Used)];
        WeightedPoints all = Points(x, counts, groups);
        // A curve of three parameters goes through three points whatever they are.
        CurveParameters?[] parameters = [.. Models.Select(m => all.Count > 3 ? LeastSquares.Fit(m.Model, all) : null)];
        bool enough = counts.Used >= LeastGroups;
        double?[] heldOut = enough ? HeldOut(x, counts, groups, parameters) : new double?[Models.Length + 1];
        ImmutableArray<CurveBand>[] bands = enough ? Bands(x, counts, all, parameters) : [.. Enumerable.Repeat(ImmutableArray<CurveBand>.Empty, Models.Length + 1)];
        ImmutableArray<CurveFit>.Builder fits = ImmutableArray.CreateBuilder<CurveFit>();
        for (int m = 0; m < Models.Length; m++)
        {
            if (parameters[m] is { } p) Add(Models[m].Model.Curve(p), m);
        }

        Add(Table(all), Models.Length);
        chosen = AccuracyCurves.Table;
        if (enough)
        {
            double least = fits.Min(f => f.HeldOutError!.Value);
            chosen = fits.First(f => (f.HeldOutError!.Value * f.HeldOutError.Value) - (least * least) <= Tie).Kind;
        }

        return fits.DrainToImmutable();

        void Add(IAccuracyCurve curve, int kind) => fits.Add(new(curve.Kind, AccuracyCurves.Parameters(curve), all.RootMeanSquare(curve), heldOut[kind], bands[kind]) { BetweenError = Between(all, kind) });
    }

    private static WeightedPoints Points(double[] x, GroupedCounts counts, IEnumerable<int> groups)
    {
        double[] shares = counts.Shares(groups, out int images);
        return WeightedPoints.Binomial(x, shares, images);
    }

    // Every image counts at every fraction, so for a table all points weigh the same.
    private static TableCurve Table(WeightedPoints points)
    {
        double[] equal = [.. points.Weights.Select(_ => 1.0)];
        return CurveTables.Isotonic([.. points.Fractions.Zip(points.Shares, (f, s) => new CurveKnot(f, s))], equal);
    }

    private static double?[] HeldOut(double[] x, GroupedCounts counts, int[] groups, CurveParameters?[] parameters)
    {
        double[] sums = new double[Models.Length + 1];
        for (int fold = 0; fold < Math.Min(Folds, groups.Length); fold++)
        {
            double[] held = counts.Shares(groups.Where(g => g % Folds == fold), out int images);
            WeightedPoints rest = Points(x, counts, groups.Where(g => g % Folds != fold));
            for (int kind = 0; kind <= Models.Length; kind++)
            {
                if (kind < Models.Length && parameters[kind] is null) continue;
                // What cannot be fitted without the fold counts as it was with it: level, or nearly so.
                IAccuracyCurve curve = kind == Models.Length ? Table(rest) : Models[kind].Model.Curve(LeastSquares.Fit(Models[kind].Model, rest) ?? parameters[kind]!.Value);
                double squared = WeightedPoints.Of(x, held, []).RootMeanSquare(curve);
                sums[kind] += images * squared * squared;
            }
        }

        return [.. sums.Select(s => (double?)Math.Sqrt(s / counts.Total))];
    }

    private static double? Between(WeightedPoints all, int kind)
    {
        if (all.Count < LeastPointsBetween) return null;
        double sum = 0;
        for (int left = 1; left < all.Count - 1; left++)
        {
            WeightedPoints rest = all.Without(left);
            IAccuracyCurve? curve = kind == Models.Length ? Table(rest) : LeastSquares.Fit(Models[kind].Model, rest) is { } p ? Models[kind].Model.Curve(p) : null;
            if (curve is null) return null;
            double distance = curve.At(all.Fractions[left]) - all.Shares[left];
            sum += distance * distance;
        }

        return Math.Sqrt(sum / (all.Count - 2));
    }

    private static ImmutableArray<CurveBand>[] Bands(double[] x, GroupedCounts counts, WeightedPoints all, CurveParameters?[] parameters)
    {
        Random random = new(Seed: 1);
        double[,,] values = new double[Models.Length + 1, x.Length, Draws];
        int[] drawn = new int[counts.Used];
        for (int draw = 0; draw < Draws; draw++)
        {
            for (int i = 0; i < drawn.Length; i++) drawn[i] = random.Next(drawn.Length);
            WeightedPoints again = Points(x, counts, drawn);
            for (int kind = 0; kind <= Models.Length; kind++)
            {
                IAccuracyCurve? curve = kind == Models.Length ? Table(again)
                    : parameters[kind] is { } near ? Models[kind].Model.Curve(LeastSquares.Fit(Models[kind].Model, again, near) ?? near) : null;
                for (int i = 0; curve is not null && i < x.Length; i++) values[kind, i, draw] = curve.At(x[i]);
            }
        }

        ImmutableArray<CurveBand>[] bands = new ImmutableArray<CurveBand>[Models.Length + 1];
        for (int kind = 0; kind <= Models.Length; kind++)
        {
            IAccuracyCurve? curve = kind == Models.Length ? Table(all) : parameters[kind] is { } p ? Models[kind].Model.Curve(p) : null;
            bands[kind] = curve is null ? [] : [.. x.Select((fraction, i) => Band(fraction, curve.At(fraction), kind, i))];
        }

        return bands;

        CurveBand Band(double fraction, double at, int kind, int point)
        {
            double[] sorted = new double[Draws];
            for (int draw = 0; draw < Draws; draw++) sorted[draw] = values[kind, point, draw];
            Array.Sort(sorted);
            return new(fraction, Math.Min(at, sorted[Draws / 40]), Math.Max(at, sorted[Draws - 1 - (Draws / 40)]));
        }
    }
}
