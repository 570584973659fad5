namespace Isthmus.Core.Statistics;

/// <summary>Two yes-or-no results for each of the same things: here, whether two ways to compute an answer were right about each image.</summary>
/// <param name="Both">Both yes.</param>
/// <param name="FirstOnly">Yes by the first way, no by the second.</param>
/// <param name="SecondOnly">No by the first way, yes by the second.</param>
/// <param name="Neither">Both no.</param>
public readonly record struct PairedProportions(int Both, int FirstOnly, int SecondOnly, int Neither)
{
    /// <summary>How many things.</summary>
    public int Count => Both + FirstOnly + SecondOnly + Neither;

    /// <summary>The share of yes by the first way minus that by the second, −1…1; 0 if there is nothing.</summary>
    public double Difference => Count == 0 ? 0 : (double)(FirstOnly - SecondOnly) / Count;

    /// <summary>
    /// McNemar's exact conditional test, two-sided: the probability of so uneven a split of the things that differ, or a more uneven one, if either
    /// direction were as likely. 1 if nothing differs.
    /// </summary>
    public double McNemarExact()
    {
        int less = Math.Min(FirstOnly, SecondOnly), differing = FirstOnly + SecondOnly;
        return differing == 0 ? 1 : Math.Min(1, 2 * BinomialDistribution.AtMost(less, differing, 0.5));
    }

    /// <summary>
    /// Tango's score interval of the difference (Statistics in Medicine 17, 1998, 891–908): the differences that a score test, with the nuisance
    /// parameter at its likeliest under that difference, does not reject. Unlike the textbook's ± z·σ it has a width where nothing differs, and it
    /// covers well with few things and small differences.
    /// </summary>
    /// <param name="level">The confidence, above 0 and below 1.</param>
    /// <exception cref="InvalidOperationException">There is nothing.</exception>
    public ConfidenceInterval Tango(double level = ConfidenceInterval.Level)
    {
        if (Count == 0) throw new InvalidOperationException("There is no interval of nothing.");
        double z = NormalDistribution.Quantile((1 + level) / 2);
        return new(FirstOnly - SecondOnly == -Count ? -1 : Crossing(z), FirstOnly - SecondOnly == Count ? 1 : Crossing(-z));
    }

    /// <summary>The score statistic for a difference: standard normal if that is the true one. Falls as <paramref name="difference"/> rises.</summary>
    internal double Score(double difference)
    {
        double n = Count;
        double b = -FirstOnly - SecondOnly + (((2 * n) - FirstOnly + SecondOnly) * difference);
        double c = -SecondOnly * difference * (1 - difference);
        // The likeliest probability of "second only" under this difference: the larger root of 2n·q² + b·q + c.
        double q = (Math.Sqrt(Math.Max(0, (b * b) - (8 * n * c))) - b) / (4 * n);
        double variance = n * ((2 * q) + (difference * (1 - difference)));
        double distance = FirstOnly - SecondOnly - (n * difference);
        return variance > 0 ? distance / Math.Sqrt(variance) : distance == 0 ? 0 : distance * double.PositiveInfinity;
    }

    private double Crossing(double score)
    {
        double low = -1, high = 1;
        while (high - low > 1e-12)
        {
            double middle = (low + high) / 2;
            if (Score(middle) > score) low = middle;
            else high = middle;
        }

        return (low + high) / 2;
    }
}
