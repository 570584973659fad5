namespace Isthmus.Core.Statistics;

/// <summary>Where a probability lies, given how often the thing happened.</summary>
public static class BinomialInterval
{
    /// <summary>
    /// Wilson's score interval (Journal of the American Statistical Association 22, 1927): the probabilities that a normal test
    /// would not reject. It covers with about the stated confidence on average, and with less for some probabilities.
    /// </summary>
    /// <param name="count">How often it happened, 0…<paramref name="tries"/>.</param>
    /// <param name="tries">How often it could have, at least 1.</param>
    /// <param name="level">The confidence, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static ConfidenceInterval Wilson(int count, int tries, double level = ConfidenceInterval.Level)
    {
        Check(count, tries);
        double z = NormalDistribution.Quantile((1 + level) / 2), z2 = z * z;
        double share = (double)count / tries;
        double middle = (share + (z2 / (2 * tries))) / (1 + (z2 / tries));
        double half = z / (1 + (z2 / tries)) * Math.Sqrt((share * (1 - share) / tries) + (z2 / (4.0 * tries * tries)));
        return new(count == 0 ? 0 : Math.Max(0, middle - half), count == tries ? 1 : Math.Min(1, middle + half));
    }

    /// <summary>
    /// Clopper and Pearson's exact interval (Biometrika 26, 1934): whatever the probability is, the interval covers it with at
    /// least the stated confidence. Longer than Wilson's.
    /// </summary>
    /// <param name="count">How often it happened, 0…<paramref name="tries"/>.</param>
    /// <param name="tries">How often it could have, at least 1.</param>
    /// <param name="level">The confidence, above 0 and below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static ConfidenceInterval ClopperPearson(int count, int tries, double level = ConfidenceInterval.Level)
    {
        Check(count, tries);
        double tail = (1 - level) / 2;
        double low = count == 0 ? 0 : Crossing(p => BinomialDistribution.AtLeast(count, tries, p) < tail);
        double high = count == tries ? 1 : Crossing(p => BinomialDistribution.AtMost(count, tries, p) > tail);
        return new(low, high);
    }

    // Where a condition that holds for small probabilities ends to hold.
    private static double Crossing(Func<double, bool> below)
    {
        double low = 0, high = 1;
        while (high - low > 1e-12)
        {
            double middle = (low + high) / 2;
            if (below(middle)) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }

    private static void Check(int count, int tries)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(tries, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, tries);
    }
}
