namespace Isthmus.Core.Codec;

/// <summary>What the dense codec needs to know of a tensor beforehand. Values that are not finite are left out.</summary>
/// <param name="Least">The least magnitude that is not zero; 0 if there is none.</param>
/// <param name="Largest">The largest magnitude.</param>
/// <param name="MeanSquare">The mean square of the values that are not zero.</param>
/// <param name="Signed">Whether a value is negative.</param>
/// <param name="NonFinite">How many values are NaN or infinite.</param>
internal readonly record struct DenseRange(float Least, float Largest, double MeanSquare, bool Signed, int NonFinite)
{
    private const int Lanes = 8;

    /// <summary>The range of these values. Sums are taken in eight interleaved parts, on every processor.</summary>
    public static DenseRange Of(ReadOnlySpan<float> values)
    {
        Span<double> squares = stackalloc double[Lanes];
        squares.Clear();
        float least = float.PositiveInfinity, largest = 0, smallest = 0;
        int nonFinite = 0;
        long nonZero = 0;
        for (int i = 0; i < values.Length; i++)
        {
            float value = values[i];
            if (value == 0) continue;
            if (!float.IsFinite(value))
            {
                nonFinite++;
                continue;
            }

            float magnitude = Math.Abs(value);
            least = Math.Min(least, magnitude);
            largest = Math.Max(largest, magnitude);
            smallest = Math.Min(smallest, value);
            squares[i % Lanes] += (double)value * value;
            nonZero++;
        }

        double sum = 0;
        foreach (double square in squares) sum += square;
        return new(nonZero == 0 ? 0 : least, largest, nonZero == 0 ? 0 : sum / nonZero, smallest < 0, nonFinite);
    }
}
