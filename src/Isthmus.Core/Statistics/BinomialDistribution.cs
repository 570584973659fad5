namespace Isthmus.Core.Statistics;

/// <summary>How often something of probability p happens in n independent tries.</summary>
internal static class BinomialDistribution
{
    // Below it log n! is added up; from it on Stirling's series with three terms is exact to 10⁻¹³.
    private const int Stirling = 32;

    /// <summary>The probability of at most <paramref name="count"/> in <paramref name="tries"/>.</summary>
    public static double AtMost(int count, int tries, double probability)
    {
        if (count < 0) return 0;
        if (count >= tries || probability <= 0) return 1;
        if (probability >= 1) return 0;
        // Terms shrink away from the mean, so each side is summed from its largest on.
        return count < tries * probability ? Sum(count, -1, tries, probability) : Math.Max(0, 1 - Sum(count + 1, 1, tries, probability));
    }

    /// <summary>The probability of at least <paramref name="count"/> in <paramref name="tries"/>.</summary>
    public static double AtLeast(int count, int tries, double probability)
    {
        if (count <= 0) return 1;
        if (count > tries || probability <= 0) return 0;
        if (probability >= 1) return 1;
        return count > tries * probability ? Sum(count, 1, tries, probability) : Math.Max(0, 1 - Sum(count - 1, -1, tries, probability));
    }

    private static double Sum(int from, int step, int tries, double probability)
    {
        double odds = probability / (1 - probability);
        double term = Math.Exp(LogFactorial(tries) - LogFactorial(from) - LogFactorial(tries - from) + (from * Math.Log(probability)) + ((tries - from) * double.LogP1(-probability)));
        double sum = 0;
        for (int k = from; k >= 0 && k <= tries; k += step)
        {
            sum += term;
            if (term < sum * 1e-17) break;
            term *= step > 0 ? (tries - k) / (k + 1.0) * odds : k / ((tries - k + 1.0) * odds);
        }

        return Math.Min(1, sum);
    }

    private static double LogFactorial(int n)
    {
        if (n < Stirling)
        {
            double log = 0;
            for (int i = 2; i <= n; i++) log += Math.Log(i);
            return log;
        }

        double x = n + 1.0;
        return ((x - 0.5) * Math.Log(x)) - x + (0.5 * Math.Log(2 * Math.PI)) + (1 / (12 * x)) - (1 / (360 * x * x * x)) + (1 / (1260 * x * x * x * x * x));
    }
}
