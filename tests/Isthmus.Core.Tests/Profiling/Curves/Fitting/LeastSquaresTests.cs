using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Profiling.Curves.Fitting;

namespace Isthmus.Core.Tests.Profiling.Curves.Fitting;

public sealed class LeastSquaresTests
{
    private static readonly double[] Fractions = [0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1];

    [Theory]
    [InlineData(0.78, 9, 11)]
    [InlineData(0.95, 3, 6)]
    [InlineData(0.6, 0.5, 2)]
    [InlineData(0.83, 40, 30)]
    [InlineData(1.3, 2, 1)]
    public void Fit_GompertzWithoutNoise_FindsItsParameters(double a, double b, double c)
    {
        GompertzCurve truth = new(a, b, c);
        CurveParameters fit = LeastSquares.Fit(new GompertzModel(), Points(truth, noise: 0, seed: 1))!.Value;
        Assert.Equal(a, fit.A, 1e-5);
        Assert.Equal(b, fit.B, 1e-4 * b);
        Assert.Equal(c, fit.C, 1e-4 * c);
    }

    [Theory]
    [InlineData(0.8, 0.9, 5)]
    [InlineData(0.95, 1.4, 6)]
    [InlineData(0.7, 3, 20)]
    [InlineData(0.6, 0.5, 1)]
    public void Fit_ExponentialWithoutNoise_FindsItsParameters(double a, double b, double c)
    {
        ExponentialCurve truth = new(a, b, c);
        CurveParameters fit = LeastSquares.Fit(new ExponentialModel(), Points(truth, noise: 0, seed: 1))!.Value;
        Assert.Equal(a, fit.A, 1e-5);
        Assert.Equal(b, fit.B, 1e-4 * b);
        Assert.Equal(c, fit.C, 1e-4 * c);
    }

    [Fact]
    public void Fit_NoisyPoints_StaysNearTheTruth()
    {
        GompertzCurve truth = new(0.8, 6, 9);
        for (int seed = 0; seed < 20; seed++)
        {
            IAccuracyCurve fit = new GompertzModel().Curve(LeastSquares.Fit(new GompertzModel(), Points(truth, noise: 0.01, seed))!.Value);
            foreach (double x in Fractions) Assert.Equal(truth.At(x), fit.At(x), 0.03);
        }
    }

    [Fact]
    public void Fit_AnyRisingPoints_IsNeverWorseThanAFineGrid()
    {
        Random random = new(5);
        for (int run = 0; run < 12; run++)
        {
            double[] shares = [.. Fractions.Select(_ => random.NextDouble()).Order()];
            if (run % 3 == 0) Array.Fill(shares, 0, 0, 3);
            WeightedPoints points = WeightedPoints.Binomial(Fractions, shares, 300);
            foreach (ICurveModel model in new ICurveModel[] { new GompertzModel(), new ExponentialModel() })
            {
                double fit = points.SquaredError(model.Curve(LeastSquares.Fit(model, points)!.Value));
                double grid = double.PositiveInfinity;
                for (double a = 0.05; a <= 2; a += 0.025)
                {
                    for (double logB = -6; logB <= 12; logB += 0.25)
                    {
                        for (double logC = -4; logC <= 5; logC += 0.15) grid = Math.Min(grid, points.SquaredError(model.Curve(new(a, logB, logC))));
                    }
                }

                Assert.True(fit <= grid * (1 + 1e-9), $"{model.GetType().Name}, run {run}: {fit} against {grid}");
            }
        }
    }

    [Fact]
    public void Fit_PointsThatDoNotRise_IsNone()
    {
        double[] level = [.. Fractions.Select(_ => 0.5)], falling = [.. Fractions.Select(x => 0.9 - (0.5 * x))];
        foreach (double[] shares in new[] { level, falling })
        {
            Assert.Null(LeastSquares.Fit(new GompertzModel(), WeightedPoints.Binomial(Fractions, shares, 100)));
            Assert.Null(LeastSquares.Fit(new ExponentialModel(), WeightedPoints.Binomial(Fractions, shares, 100)));
        }
    }

    [Fact]
    public void Fit_PointsAboveTheKnee_FitsBothKindsAboutAsWell()
    {
        // Like LimitNet's (MobiSys 2024): kB against top-1 from 49.4 to 63.6 %, saturating, with nothing below the knee to tell the kinds apart. The points between the ends are made up.
        double[] sizes = [1.21, 1.61, 2.01, 2.41, 2.81, 3.21, 3.61, 4.01], x = [.. sizes.Select(s => s / 4.01)];
        double[] shares = [.. sizes.Select(s => 0.494 + ((0.636 - 0.494) * (1 - Math.Exp(-(s - 1.21) / 1.1)) / (1 - Math.Exp(-2.8 / 1.1))))];
        WeightedPoints points = WeightedPoints.Of(x, shares, [.. x.Select(_ => 1.0)]);
        double gompertz = points.RootMeanSquare(new GompertzModel().Curve(LeastSquares.Fit(new GompertzModel(), points)!.Value));
        double exponential = points.RootMeanSquare(new ExponentialModel().Curve(LeastSquares.Fit(new ExponentialModel(), points)!.Value));
        Assert.True(gompertz < 0.0025, $"{gompertz}");
        Assert.True(exponential < 0.0025, $"{exponential}");
    }

    [Fact]
    public void Value_OfEitherModel_HasTheGradientOfDifferences()
    {
        Random random = new(6);
        foreach (ICurveModel model in new ICurveModel[] { new GompertzModel(), new ExponentialModel() })
        {
            for (int run = 0; run < 200; run++)
            {
                CurveParameters at = new(0.2 + (0.7 * random.NextDouble()), -2 + (3 * random.NextDouble()), 3 * random.NextDouble());
                double x = random.NextDouble(), value = model.Value(at, x, out CurveParameters g);
                if (value is < 1e-3 or > 0.99) continue;
                Assert.Equal(model.Curve(at).At(x), value, 12);
                Assert.Equal(Difference(at with { A = at.A + 1e-6 }, at with { A = at.A - 1e-6 }), g.A, 1e-6);
                Assert.Equal(Difference(at with { LogB = at.LogB + 1e-6 }, at with { LogB = at.LogB - 1e-6 }), g.LogB, 1e-6);
                Assert.Equal(Difference(at with { LogC = at.LogC + 1e-6 }, at with { LogC = at.LogC - 1e-6 }), g.LogC, 1e-6);

                double Difference(in CurveParameters more, in CurveParameters less) => (model.Value(more, x, out _) - model.Value(less, x, out _)) / 2e-6;
            }
        }
    }

    private static WeightedPoints Points(IAccuracyCurve truth, double noise, int seed)
    {
        Random random = new(seed);
        return WeightedPoints.Binomial(Fractions, [.. Fractions.Select(x => Math.Clamp(truth.At(x) + (noise * ((2 * random.NextDouble()) - 1)), 0, 1))], 300);
    }
}
