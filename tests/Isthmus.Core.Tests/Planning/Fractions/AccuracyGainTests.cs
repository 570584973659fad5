using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Planning.Fractions;

public sealed class AccuracyGainTests
{
    private const int Steps = 2000;

    [Fact]
    public void Fraction_RandomCurves_IsAtLeastAsGoodAsAFineGrid()
    {
        Random random = new(1);
        int inside = 0;
        for (int i = 0; i < 700; i++)
        {
            IAccuracyCurve curve = RandomCurves.Create(random);
            double lambda = i % 10 == 0 ? 0 : Math.Exp(RandomCurves.Of(random, -6, 3));
            double low = random.Next(3) == 0 ? 0.001 : random.NextDouble();
            double high = random.Next(2) == 0 ? 1 : low + (random.NextDouble() * (1 - low));
            double found = AccuracyGain.Fraction(curve, lambda, low, high);
            Assert.InRange(found, low, high);
            if (found > low && found < high) inside++;
            double value = curve.At(found) - (lambda * found);
            for (int k = 0; k <= Steps; k++)
            {
                double x = low + ((high - low) * k / Steps);
                double there = curve.At(x) - (lambda * x);
                Assert.True(value >= there - 1e-12, $"{curve}, λ = {lambda}: {value} at {found}, {there} at {x}");
            }
        }

        Assert.True(inside > 70, $"Only {inside} were inside.");
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.3)]
    [InlineData(1)]
    public void Fraction_Gompertz_HasTheSlopeThere(double lambda)
    {
        GompertzCurve curve = new(0.78, 9, 11);
        double x = AccuracyGain.Fraction(curve, lambda, 0, 1);
        Assert.Equal(lambda, curve.SlopeAt(x), 12);
    }

    [Fact]
    public void Fraction_StationaryPointIsWorseThanTheCorner_IsTheCorner()
    {
        // λ < a·c/e, so a stationary point exists; it is no good.
        GompertzCurve curve = new(0.78, 9, 11);
        const double Lambda = 2.5;
        double u = -LambertW.Principal(-Lambda / (curve.A * curve.C));
        double stationary = Math.Log(curve.B / u) / curve.C;
        Assert.Equal(Lambda, curve.SlopeAt(stationary), 12);
        Assert.True(curve.At(stationary) - (Lambda * stationary) < curve.At(0.001) - (Lambda * 0.001));
        Assert.Equal(0.001, AccuracyGain.Fraction(curve, Lambda, 0.001, 1));
        Assert.True(new SingleRequest(curve, 0, 1, new(0.1, 1)).AccuracyLessBytes(Lambda).IsLocal);
    }

    [Fact]
    public void Fraction_SlopeNeverReached_IsTheCorner()
    {
        GompertzCurve curve = new(0.78, 9, 11);
        Assert.Equal(0.2, AccuracyGain.Fraction(curve, (0.78 * 11 / Math.E) + 0.01, 0.2, 1));
        Assert.Equal(0.2, AccuracyGain.Fraction(curve, double.PositiveInfinity, 0.2, 1));
        Assert.Equal(1, AccuracyGain.Fraction(curve, 0, 0.2, 1));
    }

    [Fact]
    public void Fraction_CurveOfAnotherKind_IsFoundBySearch()
    {
        Random random = new(9);
        for (int i = 0; i < 60; i++)
        {
            IAccuracyCurve curve = RandomCurves.Create(random);
            double lambda = Math.Exp(RandomCurves.Of(random, -4, 2));
            double exact = AccuracyGain.Fraction(curve, lambda, 0.001, 1), sought = AccuracyGain.Fraction(new Unknown(curve), lambda, 0.001, 1);
            Assert.Equal(curve.At(exact) - (lambda * exact), curve.At(sought) - (lambda * sought), 2);
        }
    }

    [Fact]
    public void Fraction_CutOffAtOne_StopsThere()
    {
        GompertzCurve curve = new(1.3, 5, 6);
        double x = AccuracyGain.Fraction(curve, 0, 0.001, 1);
        Assert.Equal(1, curve.At(x), 12);
        Assert.True(curve.At(x - 1e-6) < 1);
    }

    private sealed class Unknown(IAccuracyCurve like) : IAccuracyCurve
    {
        public string Kind => "unknown";

        public double At(double fraction) => like.At(fraction);

        public double SlopeAt(double fraction) => like.SlopeAt(fraction);

        public double? Inverse(double accuracy) => like.Inverse(accuracy);
    }
}
