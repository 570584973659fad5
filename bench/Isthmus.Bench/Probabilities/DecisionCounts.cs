using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Isthmus.Core.Codec;

namespace Isthmus.Bench.Probabilities;

/// <summary>How often each decision of the dense codec fell either way, in each of its contexts, at one of its settings.</summary>
internal sealed class DecisionCounts(int quality)
{
    // What the neighbourhood says of a context counts as so many decisions.
    private const double Belief = 50;

    // A neighbour one class away says this much of what one's own class says.
    private const double Nearness = 0.35;

    private const int MeanReach = 4, SpreadReach = 3;

    // No decision is certain.
    private const int Margin = 64;

    private readonly double[] _counts = new double[2 * DenseContexts.Decisions * DenseContexts.Count];

    /// <summary>How often the decision "larger than k" was yes in a context.</summary>
    public double Yes(int decision, int context) => _counts[(2 * ((decision * DenseContexts.Count) + context)) + 1];

    /// <summary>How often it was no.</summary>
    public double No(int decision, int context) => _counts[2 * ((decision * DenseContexts.Count) + context)];

    /// <summary>Codes an activation and counts.</summary>
    /// <param name="values">The activation.</param>
    /// <param name="tables">Tables that were trained on others of the same tensor.</param>
    /// <param name="weight">What each of its decisions counts.</param>
    public void Add(ReadOnlySpan<float> values, CodecTables tables, double weight)
    {
        DenseCodec codec = new(quality, tables);
        ArrayBufferWriter<byte> frame = new();
        codec.Encode(values, tables.Shape, frame);
        float[] decoded = new float[values.Length];
        codec.Decode(frame.WrittenSpan, tables.Shape, decoded);
        double inverse = quality / (4.0 * tables.Dense.Scale);
        Add([.. decoded.Select(v => (byte)Math.Min(DenseCoding.LargestMagnitude, (Math.Abs(v) * inverse) + 0.5))], tables, weight);
    }

    /// <summary>Counts the decisions that tell magnitudes.</summary>
    public unsafe void Add(ReadOnlySpan<byte> magnitudes, CodecTables tables, double weight)
    {
        DenseGeometry geometry = new(tables.Shape);
        short[] planes = new short[geometry.PlaneLength];
        int[] work = new int[geometry.WorkLength];
        fixed (short* planesAt = planes)
        fixed (int* workAt = work)
        fixed (ushort* meanClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Mean))
        fixed (ushort* spreadClass = ImmutableCollectionsMarshal.AsArray(DenseContexts.Spread))
        {
            DenseState state = new(geometry, planesAt, workAt, meanClass, spreadClass);
            int i = 0;
            for (int c = 0; c < geometry.Channels; c++)
            {
                ref readonly DenseChannel channel = ref tables.Dense.Channel(c);
                state.BeginChannel(c, channel, DenseCoding.Scaled(channel.Mean, quality), DenseCoding.Scaled(channel.Offset, quality));
                for (int y = 0; y < geometry.Height; y++)
                {
                    state.BeginRow(y);
                    for (int x = 0; x < geometry.Width; x++, i++)
                    {
                        int at = 2 * state.Context(x);
                        for (int k = 0; k < DenseContexts.Decisions; k++, at += 2 * DenseContexts.Count)
                        {
                            bool larger = magnitudes[i] > k;
                            _counts[at + (larger ? 1 : 0)] += weight;
                            if (!larger) break;
                        }

                        state.Push(x, magnitudes[i]);
                    }

                    state.EndRow();
                }

                state.EndChannel();
            }
        }
    }

    /// <summary>
    /// The probability of a yes for every decision in every context, in units of 2⁻¹⁶: what was counted, and beside it, as some decisions' worth, what was counted in the
    /// contexts around, so that one that was hardly ever met has a sensible probability.
    /// </summary>
    public ImmutableArray<ushort> Probabilities()
    {
        ImmutableArray<ushort>.Builder all = ImmutableArray.CreateBuilder<ushort>(DenseContexts.Decisions * DenseContexts.Count);
        for (int k = 0; k < DenseContexts.Decisions; k++)
        {
            for (int mean = 0; mean < DenseContexts.Means; mean++)
            {
                for (int spread = 0; spread < DenseContexts.Spreads; spread++)
                {
                    int context = (mean * DenseContexts.Spreads) + spread;
                    double around = Around(k, mean, spread);
                    double p = (Yes(k, context) + (Belief * around)) / (Yes(k, context) + No(k, context) + Belief);
                    all.Add((ushort)Math.Clamp(Math.Round(65_536 * p), Margin, 65_536 - Margin));
                }
            }
        }

        return all.MoveToImmutable();
    }

    private double Around(int decision, int mean, int spread)
    {
        double yes = 0.5, no = 0.5;
        for (int m = Math.Max(0, mean - MeanReach); m <= Math.Min(DenseContexts.Means - 1, mean + MeanReach); m++)
        {
            for (int s = Math.Max(0, spread - SpreadReach); s <= Math.Min(DenseContexts.Spreads - 1, spread + SpreadReach); s++)
            {
                if (m == mean && s == spread) continue;
                double weight = Math.Pow(Nearness, Math.Abs(m - mean) + Math.Abs(s - spread));
                yes += weight * Yes(decision, (m * DenseContexts.Spreads) + s);
                no += weight * No(decision, (m * DenseContexts.Spreads) + s);
            }
        }

        return yes / (yes + no);
    }
}
