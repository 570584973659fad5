using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Statistics;

public sealed class IsotonicRegressionTests
{
    [Fact]
    public void NonIncreasing_RandomValues_IsTheLeastSquaresFitOfAllPartitions()
    {
        Random random = new(5);
        for (int run = 0; run < 300; run++)
        {
            int n = random.Next(1, 9);
            // Few distinct values, so that ties occur.
            double[] values = [.. Enumerable.Range(0, n).Select(_ => random.Next(-3, 8) / 10.0)], weights = [.. Enumerable.Range(0, n).Select(_ => 1.0 + random.Next(5))];
            double[] fit = [.. IsotonicRegression.NonIncreasing(values, weights)];
            for (int i = 1; i < n; i++) Assert.True(fit[i] <= fit[i - 1] + 1e-12);
            // The optimum is made of blocks of neighbours at their mean: all 2ⁿ⁻¹ ways to divide are tried.
            double best = Enumerable.Range(0, 1 << (n - 1)).Select(m => Blocks(values, weights, m)).Where(f => f is not null).Min(f => Cost(f!));
            Assert.Equal(best, Cost(fit), 1e-12);

            double Cost(double[] f) => f.Select((x, i) => weights[i] * (x - values[i]) * (x - values[i])).Sum();
        }
    }

    [Fact]
    public void NonIncreasing_FallingValues_AreKept() => Assert.Equal([0.9, 0.4, 0.4, -0.1], IsotonicRegression.NonIncreasing([0.9, 0.4, 0.4, -0.1], [1, 2, 3, 4]));

    [Fact]
    public void NonIncreasing_OneRise_IsPooledByWeight() => Assert.Equal([0.4, 0.2, 0.2], IsotonicRegression.NonIncreasing([0.4, 0.1, 0.25], [1, 1, 2]).Select(v => Math.Round(v, 12)));

    [Fact]
    public void NonIncreasing_Nonsense_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => IsotonicRegression.NonIncreasing([1, 2], [1]));
        Assert.Throws<ArgumentException>(() => IsotonicRegression.NonIncreasing([1, 2], [1, 0]));
    }

    private static double[]? Blocks(double[] values, double[] weights, int mask)
    {
        double[] fit = new double[values.Length];
        for (int start = 0; start < values.Length;)
        {
            int end = start + 1;
            while (end < values.Length && (mask >> (end - 1) & 1) == 0) end++;
            double mean = Enumerable.Range(start, end - start).Sum(i => values[i] * weights[i]) / weights[start..end].Sum();
            if (start > 0 && mean > fit[start - 1] + 1e-12) return null;
            Array.Fill(fit, mean, start, end - start);
            start = end;
        }

        return fit;
    }
}
