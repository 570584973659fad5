namespace Isthmus.Core.Codec;

/// <summary>
/// The dense codec's quantiser: value = ±step·(m + c), where m is the magnitude and c the place of its values around the middle of their
/// interval, for m = 1, m = 2 and all others. Zero is zero.
/// </summary>
/// <param name="Step">The step; 0 if all is zero.</param>
/// <param name="First">c of m = 1, in units of 1/256.</param>
/// <param name="Second">c of m = 2.</param>
/// <param name="Others">c of every larger m.</param>
internal readonly record struct DenseQuantiser(float Step, sbyte First, sbyte Second, sbyte Others)
{
    private const double Beyond = DenseCoding.LargestMagnitude + 0.5;

    /// <summary>Whether every value is 0 or one step: then nothing is to be lost.</summary>
    public bool IsExact { get; init; }

    /// <summary>The value of every magnitude.</summary>
    public void Levels(Span<float> levels)
    {
        levels[0] = 0;
        for (int m = 1; m < levels.Length; m++)
        {
            int place = m == 1 ? First : m == 2 ? Second : Others;
            levels[m] = (float)Math.Min((double)Step * ((256 * m) + place) / 256, float.MaxValue);
        }
    }

    /// <summary>Whether a value is not quantised but listed: it is not finite, or too large.</summary>
    public bool IsException(float value) => !float.IsFinite(value) || (Step > 0 && Math.Abs((double)value) * (1.0 / Step) >= Beyond);

    /// <summary>The nearest magnitude; 0 for a value that is listed.</summary>
    public byte Magnitude(float value) => IsException(value) || Step == 0 ? (byte)0 : (byte)((Math.Abs((double)value) * (1.0 / Step)) + 0.5);

    /// <summary>How many finite values are too large.</summary>
    public int CountTooLarge(ReadOnlySpan<float> values, DenseRange range)
    {
        if (!IsException(range.Largest)) return 0;
        int count = 0;
        foreach (float value in values)
        {
            if (float.IsFinite(value) && IsException(value)) count++;
        }

        return count;
    }
}
