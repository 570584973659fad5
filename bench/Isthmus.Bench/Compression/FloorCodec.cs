namespace Isthmus.Bench.Compression;

/// <summary>
/// The deliberately simple codec that was measured before the project began, as a baseline: one uniform quantiser of L levels
/// for the cut, zero exact, clipped at that twentieth of the greatest magnitude which has the least squared error; size = static order-0
/// entropy per channel over all photographs. It makes no frame: no header, no table and no coder's inefficiency is counted.
/// </summary>
/// <remarks>
/// The table of those measurements does not say how the point was searched. Its sizes fit a search in steps of 5 % of the maximum over all
/// photographs at every one of its 18 entries, and no finer search.
/// </remarks>
public sealed class FloorCodec
{
    /// <summary>How many clipping points are tried.</summary>
    public const int Points = 20;

    private readonly int _zero;
    private readonly int _channelLength;
    private readonly double _step;
    private readonly double[] _bits;

    private FloorCodec(int levels, int zero, double step, int channels, int channelLength)
    {
        Levels = levels;
        _zero = zero;
        _step = step;
        _channelLength = channelLength;
        _bits = new double[channels * levels];
    }

    /// <summary>Levels of the quantiser.</summary>
    public int Levels { get; }

    /// <summary>The magnitude from which on values are clipped.</summary>
    public double Clip => _step * Math.Max(Levels - 1 - _zero, _zero);

    /// <summary>Chooses the clipping point, and counts the symbols of every channel over all tensors.</summary>
    /// <param name="tensors">The tensors of all photographs: channel by channel, all equally long.</param>
    /// <param name="levels">Levels of the quantiser, 2…256.</param>
    /// <param name="channels">How many channels a tensor has.</param>
    /// <param name="histogram">The histogram of these tensors if it is there already.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static FloorCodec Fit(
        IReadOnlyList<ReadOnlyMemory<float>> tensors, int levels, int channels, MagnitudeHistogram? histogram = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, 256);
        histogram ??= MagnitudeHistogram.Of(tensors, cancellationToken);
        // After a ReLU all symbols are steps upwards; else zero has as many on both sides, and the odd one above.
        int zero = histogram.HasNegative ? (levels - 1) / 2 : 0, above = levels - 1 - zero;
        double step = Enumerable.Range(1, Points).Select(p => histogram.Greatest * p / Points / above).MinBy(s => s == 0 ? 0 : histogram.Error(s, above, zero));
        FloorCodec codec = new(levels, zero, step, channels, tensors[0].Length / channels);
        long[] counts = new long[channels * levels];
        byte[] symbols = new byte[tensors[0].Length];
        foreach (ReadOnlyMemory<float> tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            codec.Quantise(tensor.Span, symbols);
            for (int c = 0; c < channels; c++)
            {
                foreach (byte symbol in symbols.AsSpan(c * codec._channelLength, codec._channelLength)) counts[(c * levels) + symbol]++;
            }
        }

        double total = (double)tensors.Count * codec._channelLength;
        for (int i = 0; i < counts.Length; i++) codec._bits[i] = Math.Log2(total / counts[i]);
        return codec;
    }

    /// <summary>Restores what a decoder would.</summary>
    /// <param name="values">One of the tensors that the codec was fitted to.</param>
    /// <param name="destination">Receives the restored values.</param>
    /// <returns>Bytes of the tensor under the static entropy of its channels.</returns>
    public double RoundTrip(ReadOnlySpan<float> values, Span<float> destination)
    {
        byte[] symbols = new byte[values.Length];
        Quantise(values, symbols);
        Span<float> levels = stackalloc float[Levels];
        for (int s = 0; s < Levels; s++) levels[s] = (float)((s - _zero) * _step);
        double bits = 0;
        for (int i = 0, channel = 0; i < symbols.Length; i += _channelLength, channel += Levels)
        {
            for (int k = i; k < i + _channelLength; k++)
            {
                bits += _bits[channel + symbols[k]];
                destination[k] = levels[symbols[k]];
            }
        }

        return bits / 8;
    }

    private void Quantise(ReadOnlySpan<float> values, Span<byte> symbols)
    {
        if (_step == 0)
        {
            symbols.Fill((byte)_zero);
            return;
        }

        float perStep = (float)(1 / _step), shift = _zero + 0.5f;
        for (int i = 0; i < values.Length; i++) symbols[i] = (byte)Math.Clamp((int)MathF.Floor((values[i] * perStep) + shift), 0, Levels - 1);
    }
}
