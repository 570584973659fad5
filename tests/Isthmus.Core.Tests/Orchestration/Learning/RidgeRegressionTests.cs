using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration.Learning;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Orchestration.Learning;

public sealed class RidgeRegressionTests
{
    // The minimum of λ|θ − θ₀|² + Σ m^age·(y − xᵀθ)² has no slope; with memory below 1 the prior keeps its weight.
    [Fact]
    public void Predict_RandomObservations_IsTheMinimumOfTheSquares() => Prop.ForAll(Gen.Choose(1, 1_000_000).ToArbitrary(), seed =>
    {
        SeededRandom random = new(seed);
        int n = 1 + random.Next(6), count = random.Next(30);
        double ridge = 0.1 + random.NextDouble(), memory = random.Next(2) == 0 ? 1 : 0.9;
        double[] prior = [.. Enumerable.Range(0, n).Select(_ => random.NextNormal())];
        RidgeRegression regression = new(prior, ridge);
        List<(double[] X, double Y)> all = [];
        for (int i = 0; i < count; i++)
        {
            double[] x = [.. Enumerable.Range(0, n).Select(_ => random.NextNormal())];
            double y = random.NextNormal();
            all.Add((x, y));
            regression.Add(x, y, memory);
        }

        double[] theta = [.. Enumerable.Range(0, n).Select(i => regression.Predict([.. Enumerable.Range(0, n).Select(j => i == j ? 1.0 : 0)]))];
        for (int j = 0; j < n; j++)
        {
            double slope = ridge * (theta[j] - prior[j]);
            for (int i = 0; i < count; i++)
            {
                double predicted = all[i].X.Zip(theta).Sum(p => p.First * p.Second);
                slope += Math.Pow(memory, count - 1 - i) * (predicted - all[i].Y) * all[i].X[j];
            }

            if (Math.Abs(slope) > 1e-8) return false;
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Width_ObservationsOfOneDirection_FallsThereAsOneOverTheirNumber_AndNotElsewhere()
    {
        RidgeRegression regression = new([0, 0], 1);
        for (int i = 0; i < 99; i++) regression.Add([1, 0], 5, 1);
        Assert.Equal((0.01, 1.0), (Math.Round(regression.Width([1, 0]), 12), Math.Round(regression.Width([0, 1]), 12)));
    }

    [Fact]
    public void Predict_HugeObservations_StaysFinite()
    {
        RidgeRegression regression = new([0, 0, 0], 1e-6);
        for (int i = 0; i < 1000; i++) regression.Add([1e6, 1e6, 1e6], 1e9, 1);
        Assert.True(double.IsFinite(regression.Predict([1e6, 1e6, 1e6])) && regression.Width([1, -1, 0]) >= 0);
    }
}
