namespace Isthmus.Bench.Compression;

/// <summary>
/// How much more often one of two methods succeeds than the other on the same photographs, with a 95 % confidence interval: Wald's with
/// half a photograph added to each of the four cells (Agresti and Min, "Simple improved confidence intervals for comparing matched
/// proportions", Statistics in Medicine 24, 2005).
/// </summary>
/// <param name="Difference">Share of successes of the first minus that of the second.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public readonly record struct PairedDifference(double Difference, double Low, double High)
{
    /// <summary>Compares two methods.</summary>
    /// <param name="first">Whether the first succeeded, by photograph.</param>
    /// <param name="second">Whether the second did, on the same photographs.</param>
    /// <exception cref="ArgumentException">They are not equally many, or there is none.</exception>
    public static PairedDifference Of(ReadOnlySpan<bool> first, ReadOnlySpan<bool> second)
    {
        if (first.Length != second.Length || first.IsEmpty) throw new ArgumentException("Both must have been tried on the same photographs.", nameof(second));
        int only1 = 0, only2 = 0;
        for (int i = 0; i < first.Length; i++)
        {
            if (first[i] && !second[i]) only1++;
            if (second[i] && !first[i]) only2++;
        }

        double n = first.Length + 2;
        double centre = (only1 - only2) / n;
        double half = 1.959964 * Math.Sqrt((only1 + only2 + 1 - ((only1 - only2) * (double)(only1 - only2) / n)) / (n * n));
        return new((double)(only1 - only2) / first.Length, Math.Max(-1, centre - half), Math.Min(1, centre + half));
    }
}
