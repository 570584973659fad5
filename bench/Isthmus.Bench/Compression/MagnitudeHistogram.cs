using System.Collections.Immutable;

namespace Isthmus.Bench.Compression;

/// <summary>How often values of which magnitude occur in all tensors of a cut, in thin bins, positive and negative ones apart; zeros are left out.</summary>
/// <param name="Greatest">The greatest magnitude.</param>
/// <param name="HasNegative">Whether a value is below zero.</param>
/// <param name="Positive">Counts of positive values: bin b from b to b + 1 in units of the greatest magnitude ÷ the number of bins.</param>
/// <param name="Negative">The same for negative ones.</param>
public sealed record MagnitudeHistogram(double Greatest, bool HasNegative, ImmutableArray<long> Positive, ImmutableArray<long> Negative)
{
    private const int Bins = 1 << 13;

    /// <summary>Counts.</summary>
    public static MagnitudeHistogram Of(IReadOnlyList<ReadOnlyMemory<float>> tensors, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        float min = 0, max = 0;
        foreach (ReadOnlyMemory<float> tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            min = Math.Min(min, System.Numerics.Tensors.TensorPrimitives.Min(tensor.Span));
            max = Math.Max(max, System.Numerics.Tensors.TensorPrimitives.Max(tensor.Span));
        }

        float greatest = Math.Max(max, -min);
        long[] positive = new long[Bins], negative = new long[Bins];
        float scale = greatest == 0 ? 0 : Bins / greatest;
        foreach (ReadOnlyMemory<float> tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (float v in tensor.Span)
            {
                if (v > 0) positive[Math.Min(Bins - 1, (int)(v * scale))]++;
                else if (v < 0) negative[Math.Min(Bins - 1, (int)(-v * scale))]++;
            }
        }

        return new(greatest, min < 0, [.. positive], [.. negative]);
    }

    /// <summary>The squared error of a uniform quantiser.</summary>
    /// <param name="step">Its step.</param>
    /// <param name="above">Levels above zero.</param>
    /// <param name="below">Levels below zero.</param>
    public double Error(double step, int above, int below) => Error(Positive, step, above) + Error(Negative, step, below);

    private double Error(ImmutableArray<long> counts, double step, int levels)
    {
        double error = 0;
        for (int b = 0; b < counts.Length; b++)
        {
            if (counts[b] == 0) continue;
            double magnitude = (b + 0.5) * Greatest / counts.Length;
            double difference = magnitude - (Math.Min(levels, Math.Round(magnitude / step)) * step);
            error += counts[b] * difference * difference;
        }

        return error;
    }
}
