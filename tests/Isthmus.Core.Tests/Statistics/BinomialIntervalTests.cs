using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Statistics;

public sealed class BinomialIntervalTests
{
    // Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662, 0.2527, 0.3676)]
    [InlineData(15, 148, 0.0624, 0.1605, 0.0578, 0.1617)]
    [InlineData(0, 20, 0, 0.1611, 0, 0.1684)]
    [InlineData(1, 29, 0.0061, 0.1718, 0.0009, 0.1776)]
    public void Intervals_OfNewcombesExamples_AreHis(int count, int tries, double wilsonLow, double wilsonHigh, double exactLow, double exactHigh)
    {
        ConfidenceInterval wilson = BinomialInterval.Wilson(count, tries), exact = BinomialInterval.ClopperPearson(count, tries);
        Assert.Equal(wilsonLow, wilson.Low, 0.00006);
        Assert.Equal(wilsonHigh, wilson.High, 0.00006);
        Assert.Equal(exactLow, exact.Low, 0.00006);
        Assert.Equal(exactHigh, exact.High, 0.00006);
    }

    [Fact]
    public void ClopperPearson_NeverOrAlways_IsTheClosedForm()
    {
        // (1 − p)ⁿ = 0.025.
        foreach (int n in new[] { 1, 7, 334, 100_000 })
        {
            double expected = 1 - Math.Pow(0.025, 1.0 / n);
            Assert.Equal(expected, BinomialInterval.ClopperPearson(0, n).High, 1e-9);
            Assert.Equal(1 - expected, BinomialInterval.ClopperPearson(n, n).Low, 1e-9);
        }
    }

    [Fact]
    public void ClopperPearson_AnyProbability_CoversAtLeastAsOftenAsItSays()
    {
        foreach (int n in new[] { 5, 12, 30 })
        {
            ConfidenceInterval[] intervals = [.. Enumerable.Range(0, n + 1).Select(k => BinomialInterval.ClopperPearson(k, n))];
            for (double p = 0.005; p < 1; p += 0.005)
            {
                double covered = Enumerable.Range(0, n + 1).Where(k => intervals[k].Contains(p)).Sum(k => Mass(k, n, p));
                Assert.True(covered >= 0.95 - 1e-9, $"{n}, {p}: {covered}");
            }
        }
    }

    [Fact]
    public void Wilson_AnyCount_IsWhereTheNormalTestRejects()
    {
        double z = NormalDistribution.Quantile(0.975);
        for (int k = 1; k < 40; k++)
        {
            ConfidenceInterval interval = BinomialInterval.Wilson(k, 40);
            foreach (double p in new[] { interval.Low, interval.High })
                Assert.Equal(z, Math.Abs((k / 40.0) - p) / Math.Sqrt(p * (1 - p) / 40), 1e-9);
        }
    }

    [Fact]
    public void AtMost_AndAtLeast_AreTheSumsOfTheMasses()
    {
        foreach ((int n, double p) in new[] { (10, 0.3), (45, 0.5), (200, 0.02) })
        {
            for (int k = -1; k <= n + 1; k++)
            {
                double below = Enumerable.Range(0, Math.Clamp(k + 1, 0, n + 1)).Sum(i => Mass(i, n, p));
                Assert.Equal(below, BinomialDistribution.AtMost(k, n, p), 1e-11);
                Assert.Equal(1 - below, BinomialDistribution.AtLeast(k + 1, n, p), 1e-11);
            }
        }
    }

    private static double Mass(int k, int n, double p)
    {
        double mass = Math.Pow(1 - p, n - k);
        for (int i = 1; i <= k; i++) mass *= (n - k + i) / (double)i * p;
        return mass;
    }
}
