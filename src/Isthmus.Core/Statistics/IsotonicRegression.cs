using System.Collections.Immutable;

namespace Isthmus.Core.Statistics;

/// <summary>
/// The sequence without a rise that lies closest to measured values: weighted least squares by pooling adjacent violators
/// (Ayer, Brunk, Ewing, Reid and Silverman, Annals of Mathematical Statistics 26, 1955). Linear in time.
/// </summary>
public static class IsotonicRegression
{
    /// <summary>Fits values that should not rise from one to the next.</summary>
    /// <param name="values">The measured values.</param>
    /// <param name="weights">How much each counts, above zero; as many as values.</param>
    /// <returns>As many values, none above the one before it, with the least Σ wᵢ·(fitᵢ − valueᵢ)².</returns>
    /// <exception cref="ArgumentException">The numbers of values and weights differ, or a weight is not above zero.</exception>
    public static ImmutableArray<double> NonIncreasing(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        if (values.Length != weights.Length) throw new ArgumentException("Each value needs a weight.", nameof(weights));
        (double Mean, double Weight, int Count)[] blocks = new (double, double, int)[values.Length];
        int used = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (!(weights[i] > 0)) throw new ArgumentException("A weight must be above zero.", nameof(weights));
            blocks[used++] = (values[i], weights[i], 1);
            while (used > 1 && blocks[used - 1].Mean > blocks[used - 2].Mean)
            {
                (double mean, double weight, int count) = blocks[--used];
                (double before, double weightBefore, int countBefore) = blocks[used - 1];
                double together = weight + weightBefore;
                blocks[used - 1] = (((mean * weight) + (before * weightBefore)) / together, together, count + countBefore);
            }
        }

        ImmutableArray<double>.Builder fit = ImmutableArray.CreateBuilder<double>(values.Length);
        for (int b = 0; b < used; b++)
        {
            for (int i = 0; i < blocks[b].Count; i++) fit.Add(blocks[b].Mean);
        }

        return fit.MoveToImmutable();
    }
}
