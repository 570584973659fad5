using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Bench;

/// <summary>
/// The rows of `bench codec` about clipping ranges per channel: their squared error beside that of one range for the tensor at as many bytes, which
/// lies between the numbers of levels whose bytes are next. Ranges per channel are trained on other activations and cost no bytes here.
/// </summary>
internal sealed class ChannelRangeRows(List<ComparisonRow> rows, CancellationToken cancellationToken)
{
    private const double NearestLevel = 0.5;

    // Of a channel with fewer values that are not zero nothing is known.
    private const int FewestValues = 200;

    private static readonly int[] Ladder = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

    /// <summary>Measures one tensor behind a ReLU.</summary>
    /// <param name="name">What rows call it.</param>
    /// <param name="values">The tensor.</param>
    /// <param name="shape">Its shape: one image of channels by rows by columns.</param>
    /// <param name="others">Other activations of the same tensor, to learn the ranges of its channels from.</param>
    /// <param name="levels">Each L.</param>
    public void Measure(string name, float[] values, TensorShape shape, IReadOnlyList<float[]> others, IReadOnlyList<int> levels)
    {
        if (others.Count == 0 || values.Any(v => v < 0)) return;
        int plane = (int)(shape[2] * shape[3]);
        float[][] channels = [.. Enumerable.Range(0, (int)shape[1]).Select(c => others.SelectMany(o => o.AsSpan(c * plane, plane).ToArray()).ToArray())];
        List<(double Bytes, double Error)> curve = [];
        foreach (int l in Ladder)
        {
            float[] reconstruction = new float[l];
            LevelQuantiser quantiser = ClippingRange.Fit(values, l, NearestLevel, reconstruction);
            byte[] symbols = new byte[values.Length];
            quantiser.Quantise(values, symbols);
            curve.Add((Bytes(symbols, shape, l), Error(values, symbols, reconstruction)));
        }

        foreach (int l in levels)
        {
            foreach ((string kind, double weight) in new[] { ("range per channel", 1.0), ("range halfway to the channel's", 0.5) })
            {
                cancellationToken.ThrowIfCancellationRequested();
                (double bytes, double error) = PerChannel(values, shape, channels, plane, l, weight);
                double baseline = At(curve, bytes);
                rows.Add(ComparisonRow.Of($"{name}, {l} levels, {bytes:N0} bytes", $"fast, {kind}, squared error", "per value", error / values.Length, "one range at as many bytes", baseline / values.Length, "smaller", error < baseline));
            }
        }
    }

    private static (double Bytes, double Error) PerChannel(float[] values, TensorShape shape, float[][] channels, int plane, int levels, double weight)
    {
        float[] whole = new float[levels];
        LevelQuantiser tensor = ClippingRange.Fit(values, levels, NearestLevel, whole);
        byte[] symbols = new byte[values.Length];
        double error = 0;
        for (int c = 0; c < channels.Length; c++)
        {
            float[] reconstruction = whole;
            LevelQuantiser quantiser = tensor;
            if (channels[c].Count(v => v != 0) >= FewestValues)
            {
                double step = Math.Pow(ClippingRange.Fit(channels[c], levels, NearestLevel, new float[levels]).Step, weight) * Math.Pow(tensor.Step, 1 - weight);
                quantiser = new(levels, 0, step, NearestLevel);
                reconstruction = Means(channels[c], quantiser);
            }

            Span<byte> own = symbols.AsSpan(c * plane, plane);
            quantiser.Quantise(values.AsSpan(c * plane, plane), own);
            error += Error(values.AsSpan(c * plane, plane), own, reconstruction);
        }

        return (Bytes(symbols, shape, levels), error);
    }

    private static float[] Means(float[] values, LevelQuantiser quantiser)
    {
        byte[] symbols = new byte[values.Length];
        quantiser.Quantise(values, symbols);
        double[] sums = new double[quantiser.Levels];
        int[] counts = new int[quantiser.Levels];
        for (int i = 0; i < values.Length; i++)
        {
            sums[symbols[i]] += values[i];
            counts[symbols[i]]++;
        }

        return [.. sums.Select((sum, l) => l == 0 ? 0 : counts[l] > 0 ? (float)(sum / counts[l]) : (float)(l * quantiser.Step))];
    }

    private static double Error(ReadOnlySpan<float> values, ReadOnlySpan<byte> symbols, float[] reconstruction)
    {
        double error = 0;
        for (int i = 0; i < values.Length; i++) error += ((double)values[i] - reconstruction[symbols[i]]) * ((double)values[i] - reconstruction[symbols[i]]);
        return error;
    }

    private static double Bytes(byte[] symbols, TensorShape shape, int levels)
    {
        SymbolPacking packing = new(levels);
        byte[] packed = new byte[packing.Bytes(symbols.Length)];
        packing.Pack(symbols, packed);
        int coded = PackedPlane.Encode(packed, packing, 0, FastCodec.Above(shape, packing), null, new byte[packed.Length]);
        return coded > 0 ? coded : packed.Length;
    }

    // Between the next numbers of levels, straight in logarithms; numbers that others beat in bytes and in error are left out.
    private static double At(List<(double Bytes, double Error)> curve, double bytes)
    {
        (double Bytes, double Error)[] best = [.. curve.Where(p => !curve.Any(o => o.Bytes <= p.Bytes && o.Error < p.Error)).OrderBy(p => p.Bytes)];
        int above = Array.FindIndex(best, p => p.Bytes > bytes);
        if (above <= 0) return above < 0 ? best[^1].Error : double.PositiveInfinity;
        (double Bytes, double Error) a = best[above - 1], b = best[above];
        return a.Error * Math.Pow(b.Error / a.Error, Math.Log(bytes / a.Bytes) / Math.Log(b.Bytes / a.Bytes));
    }
}
