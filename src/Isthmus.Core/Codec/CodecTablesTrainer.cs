using System.Numerics.Tensors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// Learns from activations of a tensor how its magnitudes are best predicted: for each channel the ones before it that say most of what its
/// own neighbours do not, and a linear prediction by least squares, weighted with the inverse of the expectation and drawn towards what is
/// best for all channels together (ridge regression); and for the codec `fast` how often symbols occur. Not thread-safe.
/// </summary>
public sealed class CodecTablesTrainer
{
    // What predictions are learnt at. They are linear, so they hold for other qualities.
    private const int Quality = 7;

    private const int Features = DenseFeature.Count + 1;
    private const int Constant = DenseFeature.Count;
    private const int Triangle = Features * (Features + 1) / 2;
    private const int CorrelatedValues = 6000;
    private const int FittedValues = 12_000;
    private const double RidgeShare = 0.03;
    private const double LeastCorrelation = 0.05;
    private const int Passes = 2;
    private const int OwnFeatures = 5;

    // Channels are numbered with 16 bits, and the last number says "none".
    private const int MostChannels = ushort.MaxValue;

    // What an encoder rounds down because it is cheaper, on average.
    private const double DeadZone = 0.58;

    private readonly FastTablesTrainer _fast;
    private readonly TensorShape _shape;
    private readonly DenseGeometry _geometry;
    private readonly List<byte[]> _magnitudes = [];
    private double _squares;
    private long _nonZero;
    private double _step;

    /// <summary>Prepares to learn.</summary>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="levels">The numbers of levels, 2…255, for which the codec `fast` learns; none if it is left out.</param>
    /// <exception cref="Errors.IsthmusException">The tensor is too large for the codec that uses the tables.</exception>
    public CodecTablesTrainer(TensorShape shape, IEnumerable<int>? levels = null)
    {
        _fast = new(shape, levels ?? []);
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
        _fast.Add(values);
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
        int[][] references = References(means, cancellationToken);
        double[][] gram = [.. Enumerable.Range(0, channels).Select(_ => new double[Triangle])];
        double[][] moment = [.. Enumerable.Range(0, channels).Select(_ => new double[Features])];
        double[] allGram = new double[Triangle], allMoment = new double[Features], common = new double[Features];
        for (int pass = 0; pass < Passes; pass++)
        {
            foreach (double[] g in gram) Array.Clear(g);
            foreach (double[] m in moment) Array.Clear(m);
            for (int a = 0; a < _magnitudes.Count; a++) Accumulate(a, means, references, pass == 0 ? null : common, gram, moment, cancellationToken);
            Array.Clear(allGram);
            Array.Clear(allMoment);
            for (int c = 0; c < channels; c++)
            {
                TensorPrimitives.Add(allGram, gram[c], allGram);
                TensorPrimitives.Add(allMoment, moment[c], allMoment);
            }

            common = Solve(allGram, allMoment, Features);
        }

        double scale = Math.Sqrt(_squares / _nonZero);
        double ratio = _step / scale * 1024;
        DenseChannel[] result = new DenseChannel[channels];
        Parallel.For(0, channels, c =>
        {
            double[] weights = Drawn(gram[c], moment[c], allGram, common, RidgeShare / channels);
            DenseChannel.WeightList list = default;
            for (int f = 0; f < DenseFeature.Reference; f++) list[f] = Rounded(weights[f]);
            for (int r = 0; r < references[c].Length; r++)
            {
                int of = DenseFeature.Of(r);
                for (int f = of; f < of + (r < DenseFeature.Wide ? DenseFeature.PerWide : 1); f++) list[f] = Rounded(weights[f]);
            }

            result[c] = new(
                (int)Math.Clamp(Math.Round(means[c] * ratio), 0, ushort.MaxValue), (int)Math.Clamp(Math.Round(weights[Constant] * ratio), short.MinValue, short.MaxValue),
                DenseChannel.ReferenceList.Of(references[c]), list);
        });
        return CodecTables.Of(_shape, (float)scale, result, _fast.Train());
    }

    private static short Rounded(double weight) => (short)Math.Clamp(Math.Round(weight * 1024), short.MinValue, short.MaxValue);

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

    // For each channel those before it that say most of what its neighbours leave open, over some thousand positions.
    private int[][] References(double[] means, CancellationToken cancellationToken)
    {
        int channels = _geometry.Channels, width = _geometry.Width, plane = width * _geometry.Height;
        long all = (long)plane * _magnitudes.Count;
        int samples = (int)Math.Min(all, CorrelatedValues);
        float[][] rows = new float[channels][];
        Parallel.For(0, channels, new ParallelOptions { CancellationToken = cancellationToken }, c =>
        {
            float[] row = rows[c] = new float[samples];
            double[] own = new double[samples * OwnFeatures], gram = new double[OwnFeatures * (OwnFeatures + 1) / 2], moment = new double[OwnFeatures];
            for (int s = 0; s < samples; s++)
            {
                long at = s * all / samples;
                (int y, int x) = Math.DivRem((int)(at % plane), width);
                byte[] magnitudes = _magnitudes[(int)(at / plane)];
                row[s] = Math.Min((int)magnitudes[(c * plane) + (y * width) + x], DenseState.Cap);
                DenseNeighbours n = new(magnitudes, c, y, x, width, _geometry.Height, means[c]);
                Span<double> f = own.AsSpan(s * OwnFeatures, OwnFeatures);
                f[0] = 1;
                f[1] = n.At(0, -1);
                f[2] = n.At(-1, 0);
                f[3] = n.At(-1, -1);
                f[4] = n.At(-1, 1);
                Add(f, row[s], 1, gram, moment);
            }

            double[] weights = Solve(gram, moment, OwnFeatures);
            for (int s = 0; s < samples; s++) row[s] -= (float)TensorPrimitives.Dot<double>(weights, own.AsSpan(s * OwnFeatures, OwnFeatures));
        });
        return ReferenceChoice.Choose(rows, DenseFeature.References, LeastCorrelation, cancellationToken);
    }

    // Of large channels every so many-th position is enough.
    private void Accumulate(int activation, double[] means, int[][] references, double[]? common, double[][] gram, double[][] moment, CancellationToken cancellationToken)
    {
        byte[] magnitudes = _magnitudes[activation];
        int width = _geometry.Width, height = _geometry.Height, plane = width * height;
        int every = (int)Math.Max(1, (long)plane * _magnitudes.Count / FittedValues);
        float[] positions = Positions(magnitudes, plane);
        Parallel.For(0, _geometry.Channels, new ParallelOptions { CancellationToken = cancellationToken }, c =>
        {
            Span<double> f = stackalloc double[Features];
            double sum = means[c] * DenseState.PriorCount;
            for (int at = 0; at < plane; at++)
            {
                double magnitude = Math.Min((int)magnitudes[(c * plane) + at], DenseState.Cap);
                if ((at + activation) % every == 0)
                {
                    (int y, int x) = Math.DivRem(at, width);
                    DenseNeighbours n = new(magnitudes, c, y, x, width, height, means[c]);
                    f.Clear();
                    f[DenseFeature.West] = n.At(0, -1);
                    f[DenseFeature.WestWest] = n.At(0, -2);
                    f[DenseFeature.RunningMean] = sum / (DenseState.PriorCount + at);
                    f[DenseFeature.North] = n.At(-1, 0);
                    f[DenseFeature.NorthWest] = n.At(-1, -1);
                    f[DenseFeature.NorthEast] = n.At(-1, 1);
                    f[DenseFeature.NorthNorth] = n.At(-2, 0);
                    f[DenseFeature.Position] = positions[(c * plane) + at];
                    for (int k = 0; k < references[c].Length; k++)
                    {
                        DenseNeighbours r = new(magnitudes, references[c][k], y, x, width, height, means[references[c][k]]);
                        int of = DenseFeature.Of(k);
                        f[of] = r.At(0, 0);
                        if (k >= DenseFeature.Wide) continue;
                        f[of + 1] = r.At(0, 1) + r.At(1, 0);
                        f[of + 2] = r.At(0, -1) + r.At(-1, 0);
                    }

                    f[Constant] = 1;
                    double expected = common is null ? means[c] : Math.Max(0.01, TensorPrimitives.Dot<double>(common, f));
                    Add(f, magnitude, 1 / (expected + 0.1), gram[c], moment[c]);
                }

                sum += magnitude;
            }
        });
    }

    // For every value the fading mean over the channels before, at its position.
    private static float[] Positions(byte[] magnitudes, int plane)
    {
        float[] positions = new float[magnitudes.Length];
        positions.AsSpan(0, plane).Fill(0.5f);
        for (int i = plane; i < magnitudes.Length; i++)
            positions[i] = positions[i - plane] + ((Math.Min((int)magnitudes[i - plane], DenseState.Cap) - positions[i - plane]) / 32);
        return positions;
    }

    private static void Add(ReadOnlySpan<double> features, double magnitude, double weight, double[] gram, double[] moment)
    {
        for (int a = 0, t = 0; a < features.Length; t += ++a)
        {
            double weighted = features[a] * weight;
            if (weighted == 0) continue;
            Span<double> row = gram.AsSpan(t, a + 1);
            TensorPrimitives.MultiplyAdd(features[..(a + 1)], weighted, row, row);
            moment[a] += weighted * magnitude;
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

        double[] difference = Solve(sum, rest, Features);
        TensorPrimitives.Add(common, difference, difference);
        return difference;
    }

    // Cholesky with a trace of ridge, so that what never varies has no say.
    private static double[] Solve(double[] triangle, double[] right, int count)
    {
        double[,] l = new double[count, count];
        double[] x = new double[count];
        for (int a = 0; a < count; a++)
        {
            for (int b = 0; b <= a; b++)
            {
                double sum = triangle[(a * (a + 1) / 2) + b] + (a == b ? 1e-3 + (1e-9 * triangle[(a * (a + 1) / 2) + a]) : 0);
                for (int k = 0; k < b; k++) sum -= l[a, k] * l[b, k];
                l[a, b] = a == b ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / l[b, b];
            }
        }

        for (int a = 0; a < count; a++)
        {
            double sum = right[a];
            for (int k = 0; k < a; k++) sum -= l[a, k] * x[k];
            x[a] = sum / l[a, a];
        }

        for (int a = count - 1; a >= 0; a--)
        {
            double sum = x[a];
            for (int k = a + 1; k < count; k++) sum -= l[k, a] * x[k];
            x[a] = sum / l[a, a];
        }

        return x;
    }
}
