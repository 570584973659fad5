using System.Numerics.Tensors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// Learns from activations of a tensor how its magnitudes are best predicted: for each channel the one before it that resembles it most,
/// and a linear prediction by least squares, weighted with the inverse of the expectation and drawn towards what is best for all channels
/// together (ridge regression). Not thread-safe.
/// </summary>
public sealed class CodecTablesTrainer
{
    // What predictions are learnt at. They are linear, so they hold for other qualities.
    private const int Quality = 7;

    private const int Features = DenseFeature.Count + 1;
    private const int Constant = DenseFeature.Count;
    private const int Triangle = Features * (Features + 1) / 2;
    private const int CorrelatedValues = 2048;
    private const double RidgeShare = 0.1;
    private const double LeastCorrelation = 0.05;
    private const int Passes = 2;

    // Channels are numbered with 16 bits, and the last number says "none".
    private const int MostChannels = ushort.MaxValue;

    // What an encoder rounds down because it is cheaper, on average.
    private const double DeadZone = 0.58;

    private readonly TensorShape _shape;
    private readonly DenseGeometry _geometry;
    private readonly List<byte[]> _magnitudes = [];
    private double _squares;
    private long _nonZero;
    private double _step;

    /// <summary>Prepares to learn.</summary>
    /// <param name="shape">The tensor's shape.</param>
    /// <exception cref="Errors.IsthmusException">The tensor is too large for the codec that uses the tables.</exception>
    public CodecTablesTrainer(TensorShape shape)
    {
        _shape = shape;
        _geometry = new(shape);
    }

    /// <summary>How many activations were shown that were not all zero. Forty are enough; each takes a byte per value.</summary>
    public int Count => _magnitudes.Count;

    /// <summary>Shows one activation.</summary>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    public void Add(ReadOnlySpan<float> values)
    {
        FrameWriter.CheckValues(values.Length, _shape);
        DenseRange range = DenseRange.Of(values);
        if (range.Largest == 0) return;
        if (_step == 0) _step = Math.Sqrt(range.MeanSquare) * 4 / Quality;
        byte[] magnitudes = new byte[values.Length];
        for (int i = 0; i < magnitudes.Length; i++)
        {
            float value = values[i];
            if (value == 0 || !float.IsFinite(value)) continue;
            magnitudes[i] = (byte)Math.Min(DenseCoding.LargestMagnitude, (Math.Abs(value) / _step) + 1 - DeadZone);
            _squares += (double)value * value;
            _nonZero++;
        }

        _magnitudes.Add(magnitudes);
    }

    /// <summary>Learns from what was shown.</summary>
    /// <returns>The tables; null if everything shown was zero, or nothing was.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public CodecTables? Train(CancellationToken cancellationToken = default)
    {
        if (_magnitudes.Count == 0 || _geometry.Channels > MostChannels) return null;
        int channels = _geometry.Channels;
        double[] means = Means();
        (int[] references, int[] seconds) = References(cancellationToken);
        double[][] gram = [.. Enumerable.Range(0, channels).Select(_ => new double[Triangle])];
        double[][] moment = [.. Enumerable.Range(0, channels).Select(_ => new double[Features])];
        double[] allGram = new double[Triangle], allMoment = new double[Features], common = new double[Features];
        for (int pass = 0; pass < Passes; pass++)
        {
            foreach (double[] g in gram) Array.Clear(g);
            foreach (double[] m in moment) Array.Clear(m);
            foreach (byte[] magnitudes in _magnitudes)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Accumulate(magnitudes, means, references, seconds, pass == 0 ? null : common, gram, moment);
            }

            Array.Clear(allGram);
            Array.Clear(allMoment);
            for (int c = 0; c < channels; c++)
            {
                TensorPrimitives.Add(allGram, gram[c], allGram);
                TensorPrimitives.Add(allMoment, moment[c], allMoment);
            }

            common = Solve(allGram, allMoment);
        }

        double scale = Math.Sqrt(_squares / _nonZero);
        double ratio = _step / scale * 1024;
        DenseChannel[] result = new DenseChannel[channels];
        for (int c = 0; c < channels; c++)
        {
            double[] weights = Drawn(gram[c], moment[c], allGram, common, RidgeShare / channels);
            DenseChannel.WeightList list = default;
            for (int f = 0; f < DenseFeature.Count; f++)
            {
                if (f >= DenseFeature.Second ? seconds[c] < 0 : f >= DenseFeature.Reference && references[c] < 0) continue;
                list[f] = (short)Math.Clamp(Math.Round(weights[f] * 1024), short.MinValue, short.MaxValue);
            }

            result[c] = new(
                (int)Math.Clamp(Math.Round(means[c] * ratio), 0, ushort.MaxValue), (int)Math.Clamp(Math.Round(weights[Constant] * ratio), short.MinValue, short.MaxValue),
                references[c], seconds[c], list);
        }

        return CodecTables.Of(_shape, (float)scale, result);
    }

    private double[] Means()
    {
        int values = _geometry.Width * _geometry.Height;
        double[] means = new double[_geometry.Channels];
        foreach (byte[] magnitudes in _magnitudes)
        {
            for (int i = 0; i < magnitudes.Length; i++) means[i / values] += Math.Min((int)magnitudes[i], DenseState.Cap);
        }

        for (int c = 0; c < means.Length; c++) means[c] /= (double)values * _magnitudes.Count;
        return means;
    }

    // For each channel the one before it with the highest correlation, and the one with the highest partial correlation given that one; over
    // some thousand positions.
    private (int[] References, int[] Seconds) References(CancellationToken cancellationToken)
    {
        int channels = _geometry.Channels, plane = _geometry.Width * _geometry.Height;
        long all = (long)plane * _magnitudes.Count;
        int samples = (int)Math.Min(all, CorrelatedValues);
        float[][] rows = new float[channels][];
        for (int c = 0; c < channels; c++)
        {
            float[] row = rows[c] = new float[samples];
            for (int s = 0; s < samples; s++)
            {
                long at = s * all / samples;
                row[s] = Math.Min((int)_magnitudes[(int)(at / plane)][(c * plane) + (int)(at % plane)], DenseState.Cap);
            }

            float mean = TensorPrimitives.Sum<float>(row) / samples;
            TensorPrimitives.Subtract(row, mean, row);
            float norm = TensorPrimitives.Norm<float>(row);
            if (norm > 0) TensorPrimitives.Divide(row, norm, row);
        }

        int[] references = new int[channels], seconds = new int[channels];
        Parallel.For(0, channels, new ParallelOptions { CancellationToken = cancellationToken }, c =>
        {
            references[c] = seconds[c] = -1;
            double best = LeastCorrelation;
            float[] correlations = new float[c];
            for (int r = 0; r < c; r++)
            {
                correlations[r] = TensorPrimitives.Dot<float>(rows[c], rows[r]);
                if (correlations[r] <= best) continue;
                best = correlations[r];
                references[c] = r;
            }

            if (references[c] < 0) return;
            double least = LeastCorrelation;
            for (int r = 0; r < c; r++)
            {
                if (r == references[c]) continue;
                double between = TensorPrimitives.Dot<float>(rows[references[c]], rows[r]);
                double partial = (correlations[r] - (best * between)) / Math.Sqrt(Math.Max(0.001, 1 - (between * between)));
                if (partial <= least) continue;
                least = partial;
                seconds[c] = r;
            }
        });
        return (references, seconds);
    }

    private void Accumulate(byte[] magnitudes, double[] means, int[] references, int[] seconds, double[]? common, double[][] gram, double[][] moment)
    {
        int width = _geometry.Width, height = _geometry.Height, plane = width * height, row = 0, column = 0;
        double[] position = new double[plane];
        Array.Fill(position, 0.5);
        Span<double> f = stackalloc double[Features];
        for (int c = 0; c < _geometry.Channels; c++)
        {
            double sum = means[c] * DenseState.PriorCount;
            int seen = 0;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++)
                {
                    (row, column) = (y, x);
                    int i = (c * plane) + (y * width) + x;
                    DenseNeighbours n = new(magnitudes, c, y, x, width, height, means[c]);
                    f[DenseFeature.West] = n.At(0, -1);
                    f[DenseFeature.WestWest] = n.At(0, -2);
                    f[DenseFeature.RunningMean] = sum / (DenseState.PriorCount + seen);
                    f[DenseFeature.North] = n.At(-1, 0);
                    f[DenseFeature.NorthWest] = n.At(-1, -1);
                    f[DenseFeature.NorthEast] = n.At(-1, 1);
                    f[DenseFeature.NorthNorth] = n.At(-2, 0);
                    f[DenseFeature.Position] = position[(y * width) + x];
                    Refer(f[DenseFeature.Reference..], references[c]);
                    Refer(f[DenseFeature.Second..], seconds[c]);
                    f[Constant] = 1;
                    double magnitude = Math.Min((int)magnitudes[i], DenseState.Cap);
                    double expected = common is null ? means[c] : Math.Max(0.01, TensorPrimitives.Dot<double>(common, f));
                    double weight = 1 / (expected + 0.1);
                    double[] g = gram[c], m = moment[c];
                    for (int a = 0, t = 0; a < Features; a++)
                    {
                        double weighted = f[a] * weight;
                        for (int b = 0; b <= a; b++) g[t++] += weighted * f[b];
                        m[a] += weighted * magnitude;
                    }

                    sum += magnitude;
                    seen++;
                    position[(y * width) + x] += (magnitude - position[(y * width) + x]) / 32;
                }
            }
        }

        void Refer(Span<double> features, int reference)
        {
            features[..3].Clear();
            if (reference < 0) return;
            DenseNeighbours r = new(magnitudes, reference, row, column, width, height, means[reference]);
            features[0] = r.At(0, 0);
            features[1] = r.At(0, 1) + r.At(1, 0);
            features[2] = r.At(0, -1) + r.At(-1, 0);
        }
    }

    private static double[] Drawn(double[] gram, double[] moment, double[] all, double[] common, double share)
    {
        double[] rest = (double[])moment.Clone();
        double[] sum = new double[Triangle];
        for (int a = 0, t = 0; a < Features; a++)
        {
            for (int b = 0; b <= a; b++, t++)
            {
                rest[a] -= gram[t] * common[b];
                if (a != b) rest[b] -= gram[t] * common[a];
                sum[t] = gram[t] + (share * all[t]);
            }
        }

        double[] difference = Solve(sum, rest);
        TensorPrimitives.Add(common, difference, difference);
        return difference;
    }

    // Cholesky with a trace of ridge, so that what never varies has no say.
    private static double[] Solve(double[] triangle, double[] right)
    {
        double[,] l = new double[Features, Features];
        double[] x = new double[Features];
        for (int a = 0; a < Features; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                double sum = triangle[(a * (a + 1) / 2) + b] + (a == b ? 1e-3 + (1e-9 * triangle[(a * (a + 1) / 2) + a]) : 0);
                for (int k = 0; k < b; k++) sum -= l[a, k] * l[b, k];
                l[a, b] = a == b ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / l[b, b];
            }
        }

        for (int a = 0; a < Features; a++)
        {
            double sum = right[a];
            for (int k = 0; k < a; k++) sum -= l[a, k] * x[k];
            x[a] = sum / l[a, a];
        }

        for (int a = Features - 1; a >= 0; a--)
        {
            double sum = x[a];
            for (int k = a + 1; k < Features; k++) sum -= l[k, a] * x[k];
            x[a] = sum / l[a, a];
        }

        return x;
    }
}
