using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Statistics;

public sealed class PairedProportionsTests
{
    // Complete response before and after consolidation therapy (Cavo et al., 2012), as worked in Fagerland, Lydersen and Laake, "Statistical
    // Analysis of Contingency Tables", chapter 8.
    private static readonly PairedProportions Cavo = new(59, 6, 16, 80);

    [Fact]
    public void Tango_PublishedExample_IsThePublishedInterval()
    {
        ConfidenceInterval interval = Cavo.Tango();
        Assert.Equal(-0.0621, Cavo.Difference, 0.00005);
        Assert.Equal(-0.1240, interval.Low, 0.00005);
        Assert.Equal(-0.0054, interval.High, 0.00005);
    }

    [Fact]
    public void McNemarExact_PublishedExample_IsThePublishedProbability()
    {
        Assert.Equal(0.052479, Cavo.McNemarExact(), 0.0000005);
        // Airway hyper-responsiveness (Bentur et al., 2009): one against seven is 2·(1 + 8)/2⁸.
        Assert.Equal(18.0 / 256, new PairedProportions(1, 1, 7, 12).McNemarExact(), 1e-12);
        Assert.Equal(1, new PairedProportions(50, 0, 0, 3).McNemarExact());
        Assert.Equal(1, new PairedProportions(50, 4, 4, 3).McNemarExact());
    }

    [Fact]
    public void Tango_NothingDiffers_IsTheClosedForm()
    {
        // With no differing pair the limits are ± z²/(n + z²), as of Wilson's interval for none of n.
        foreach (int n in new[] { 5, 50, 334 })
        {
            ConfidenceInterval interval = new PairedProportions(n, 0, 0, 0).Tango();
            double expected = BinomialInterval.Wilson(0, n).High;
            Assert.Equal(-expected, interval.Low, 1e-9);
            Assert.Equal(expected, interval.High, 1e-9);
        }
    }

    [Fact]
    public void Tango_WaysExchanged_IsMirrored()
    {
        foreach ((int b, int c) in new[] { (0, 3), (5, 2), (10, 0), (7, 7) })
        {
            ConfidenceInterval one = new PairedProportions(20, b, c, 4).Tango(), other = new PairedProportions(20, c, b, 4).Tango();
            Assert.Equal(one.Low, -other.High, 1e-9);
            Assert.Equal(one.High, -other.Low, 1e-9);
        }
    }

    [Fact]
    public void Score_AnyDifference_UsesTheLikeliestNuisanceParameter()
    {
        // Found by trying them all, where the class solves a quadratic equation.
        foreach ((int b, int c) in new[] { (0, 0), (3, 0), (0, 4), (5, 2), (9, 9) })
        {
            PairedProportions pairs = new(30 - b - c, b, c, 0);
            for (double difference = -0.35; difference <= 0.35; difference += 0.05)
            {
                double best = double.NegativeInfinity, q = 0;
                for (double tried = Math.Max(0, -difference); (2 * tried) + difference <= 1; tried += 0.00002)
                {
                    double likelihood = Term(b, tried + difference) + Term(c, tried) + Term(30 - b - c, 1 - (2 * tried) - difference);
                    if (likelihood > best) (best, q) = (likelihood, tried);
                }

                double expected = (b - c - (30 * difference)) / Math.Sqrt(30 * ((2 * q) + (difference * (1 - difference))));
                if (Math.Abs(difference) > 1e-9) Assert.Equal(expected, pairs.Score(difference), 0.01);
            }
        }

        static double Term(int count, double probability) => count == 0 ? 0 : probability <= 0 ? double.NegativeInfinity : count * Math.Log(probability);
    }

    [Fact]
    public void Tango_SmallSamples_CoversAboutAsOftenAsItSays()
    {
        const int N = 25;
        ConfidenceInterval?[,] intervals = new ConfidenceInterval?[N + 1, N + 1];
        List<double> coverages = [];
        foreach ((double first, double second) in new[] { (0.02, 0.02), (0.1, 0.02), (0.1, 0.1), (0.3, 0.1), (0.2, 0.3), (0.05, 0.01) })
        {
            double covered = 0;
            for (int b = 0; b <= N; b++)
            {
                for (int c = 0; b + c <= N; c++)
                {
                    ConfidenceInterval interval = intervals[b, c] ??= new PairedProportions(N - b - c, b, c, 0).Tango();
                    if (interval.Contains(first - second)) covered += Mass(b, c, first, second);
                }
            }

            coverages.Add(covered);
        }

        Assert.All(coverages, c => Assert.InRange(c, 0.93, 1));
        Assert.InRange(coverages.Average(), 0.945, 0.985);

        static double Mass(int b, int c, double first, double second)
        {
            double mass = Math.Pow(1 - first - second, N - b - c);
            for (int i = 1; i <= b; i++) mass *= (double)(N - b - c + i) / i * first;
            for (int i = 1; i <= c; i++) mass *= (double)(N - c + i) / i * second;
            return mass;
        }
    }
}
