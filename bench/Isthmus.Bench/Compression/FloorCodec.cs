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

    private const int Bins = 1 << 13;

    private readonly int _zero;
    private readonly int _channels;
    private readonly int _channelLength;
    private readonly double _step;
    private readonly long[] _counts;

    private FloorCodec(int levels, int zero, double step, int channels, int channelLength)
    {
        Levels = levels;
        _zero = zero;
        _step = step;
        _channels = channels;
        _channelLength = channelLength;
        _counts = new long[channels * levels];
    }

    /// <summary>Levels of the quantiser.</summary>
    public int Levels { get; }

    /// <summary>The magnitude from which on values are clipped.</summary>
    public double Clip => _step * Math.Max(Levels - 1 - _zero, _zero);

    /// <summary>Chooses the clipping point, and counts the symbols of every channel over all tensors.</summary>
    /// <param name="tensors">The tensors of all photographs: channel by channel, all equally long.</param>
    /// <param name="levels">Levels of the quantiser, 2…256.</param>
    /// <param name="channels">How many channels a tensor has.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static FloorCodec Fit(IReadOnlyList<ReadOnlyMemory<float>> tensors, int levels, int channels, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, 256);
        float min = 0, max = 0;
        foreach (ReadOnlyMemory<float> tensor in tensors)
        {
            foreach (float v in tensor.Span)
            {
                min = Math.Min(min, v);
                max = Math.Max(max, v);
            }
        }

        double greatest = Math.Max(max, -(double)min);
        // After a ReLU all symbols are steps upwards; else zero has as many on both sides, and the odd one above.
        int zero = min < 0 ? (levels - 1) / 2 : 0;
        FloorCodec codec = new(levels, zero, ChooseStep(tensors, levels, zero, greatest, cancellationToken), channels, tensors[0].Length / channels);
        byte[] symbols = new byte[tensors[0].Length];
        foreach (ReadOnlyMemory<float> tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            codec.Quantise(tensor.Span, symbols);
            for (int i = 0; i < symbols.Length; i++) codec._counts[(i / codec._channelLength * levels) + symbols[i]]++;
        }

        return codec;
    }

    /// <summary>Bytes of one tensor under the static entropy of its channels.</summary>
    public double Bytes(ReadOnlySpan<float> values)
    {
        byte[] symbols = new byte[values.Length];
        Quantise(values, symbols);
        double bits = 0;
        for (int c = 0; c < _channels; c++)
        {
            ReadOnlySpan<long> counts = _counts.AsSpan(c * Levels, Levels);
            double total = 0;
            foreach (long n in counts) total += n;
            foreach (byte symbol in symbols.AsSpan(c * _channelLength, _channelLength)) bits += Math.Log2(total / counts[symbol]);
        }

        return bits / 8;
    }

    /// <summary>What a decoder would restore.</summary>
    public void Restore(ReadOnlySpan<float> values, Span<float> destination)
    {
        byte[] symbols = new byte[values.Length];
        Quantise(values, symbols);
        for (int i = 0; i < symbols.Length; i++) destination[i] = (float)((symbols[i] - _zero) * _step);
    }

    private void Quantise(ReadOnlySpan<float> values, Span<byte> symbols)
    {
        if (_step == 0)
        {
            symbols.Fill((byte)_zero);
            return;
        }

        double perStep = 1 / _step;
        for (int i = 0; i < values.Length; i++) symbols[i] = (byte)Math.Clamp(Math.Round(values[i] * perStep) + _zero, 0, Levels - 1);
    }

    private static double ChooseStep(IReadOnlyList<ReadOnlyMemory<float>> tensors, int levels, int zero, double greatest, CancellationToken cancellationToken)
    {
        if (greatest == 0) return 0;
        // Magnitudes in thin bins: positive ones in the first half, negative ones in the second.
        long[] bins = new long[2 * Bins];
        double scale = Bins / greatest;
        foreach (ReadOnlyMemory<float> tensor in tensors)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (float v in tensor.Span)
            {
                if (v != 0) bins[Math.Min(Bins - 1, (int)(Math.Abs(v) * scale)) + (v < 0 ? Bins : 0)]++;
            }
        }

        double least = double.PositiveInfinity, best = 0;
        for (int point = 1; point <= Points; point++)
        {
            double step = greatest * point / Points / Math.Max(levels - 1 - zero, zero);
            double error = 0;
            for (int b = 0; b < bins.Length; b++)
            {
                if (bins[b] == 0) continue;
                double magnitude = ((b % Bins) + 0.5) / scale;
                int most = b < Bins ? levels - 1 - zero : zero;
                double difference = magnitude - (Math.Min(most, Math.Round(magnitude / step)) * step);
                error += bins[b] * difference * difference;
            }

            if (error < least) (least, best) = (error, step);
        }

        return best;
    }
}
