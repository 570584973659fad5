using System.Buffers;

namespace Isthmus.Core.Codec;

/// <summary>
/// How a tensor's finite values are distributed, well enough to choose a quantiser: sixteen bins per octave on either side of zero, over 32 octaves
/// below the largest magnitude; what is smaller counts as zero. Tensors of more than 32,768 values are sampled, evenly and always at the same places.
/// </summary>
/// <remarks>Bins by the bits of the floats, counted in integers: the same on every processor. Sums of a bin's values are exact.</remarks>
internal readonly ref struct LevelHistogram
{
    private const int Shift = 19;
    private const int Bins = 512;
    private const int Most = 32_768;
    private const int Run = 32;
    private const int Row = Bins + 2;
    private const int CountShift = 40;

    private readonly double[] _rented;
    private readonly int _base;

    /// <summary>Counts values.</summary>
    /// <param name="values">The values; those that are not finite are left out.</param>
    /// <param name="range">Their range.</param>
    public LevelHistogram(ReadOnlySpan<float> values, FloatRange range)
    {
        float largest = Math.Max(Math.Abs(range.Min), Math.Abs(range.Max));
        _base = Math.Max(0, (BitConverter.SingleToInt32Bits(largest) >> Shift) - Bins + 1);
        _rented = ArrayPool<double>.Shared.Rent(6 * Row);
        Span<ulong> cells = stackalloc ulong[4 * Row];
        cells.Clear();
        int step = values.Length <= Most ? Run : (int)((long)values.Length * Run / Most);
        for (int start = 0; start < values.Length; start += step)
        {
            int end = Math.Min(start + Math.Min(Run, step), values.Length);
            for (int i = start; i < end; i++)
            {
                // A count in the upper bits, in the lower ones the sum of what the bin's width leaves of the value. Two sets in turn.
                int bits = BitConverter.SingleToInt32Bits(values[i]);
                int bin = Math.Clamp(((bits & int.MaxValue) >> Shift) - _base, 0, Bins);
                cells[(((i & 1) * 2) - (bits >> 31)) * Row + bin] += (1UL << CountShift) | ((uint)bits & ((1u << Shift) - 1));
            }
        }

        for (int side = 0; side < 2; side++)
        {
            Span<double> count = _rented.AsSpan(3 * side * Row, Row);
            Span<double> sum = _rented.AsSpan(((3 * side) + 1) * Row, Row);
            Span<double> square = _rented.AsSpan(((3 * side) + 2) * Row, Row);
            (count[0], sum[0], square[0]) = (0, 0, 0);
            for (int bin = 0; bin < Bins; bin++)
            {
                ulong cell = cells[(side * Row) + bin] + cells[((2 + side) * Row) + bin];
                double n = cell >> CountShift;
                double total = 0;
                if (bin > 0 && cell != 0)
                {
                    double from = Edge(bin);
                    double unit = (Edge(bin + 1) - from) / (1 << Shift);
                    total = (n * from) + ((cell & ((1UL << CountShift) - 1)) * unit);
                }

                count[bin + 1] = count[bin] + n;
                sum[bin + 1] = sum[bin] + total;
                square[bin + 1] = square[bin] + (n == 0 ? 0 : total / n * total);
            }
        }
    }

    /// <summary>The sum of the squares of all values of a side.</summary>
    public double Energy(bool negative) => _rented[((negative ? 5 : 2) * Row) + Bins];

    /// <summary>How many values a side has whose magnitude lies in an interval, and their sum; a bin that the interval cuts counts in part.</summary>
    public (double Count, double Sum) Between(bool negative, double from, double to)
    {
        (double countTo, double sumTo) = Below(negative, to);
        (double countFrom, double sumFrom) = Below(negative, from);
        return (countTo - countFrom, sumTo - sumFrom);
    }

    private (double Count, double Sum) Below(bool negative, double magnitude)
    {
        int row = (negative ? 3 : 0) * Row;
        float rounded = (float)Math.Min(magnitude, float.MaxValue);
        int bin = (BitConverter.SingleToInt32Bits(rounded) >> Shift) - _base;
        if (magnitude >= float.MaxValue || bin >= Bins) return (_rented[row + Bins], _rented[row + Row + Bins]);
        if (bin <= 0) return (_rented[row + (bin < 0 ? 0 : 1)], 0);
        double from = Edge(bin);
        double part = Math.Clamp((magnitude - from) / (Edge(bin + 1) - from), 0, 1);
        double count = _rented[row + bin];
        double sum = _rented[row + Row + bin];
        return (count + (part * (_rented[row + bin + 1] - count)), sum + (part * (_rented[row + Row + bin + 1] - sum)));
    }

    private double Edge(int bin)
    {
        int bits = (bin + _base) << Shift;
        return bits >= 0x7F80_0000 ? 2 * (double)BitConverter.Int32BitsToSingle(0x7F00_0000) : BitConverter.Int32BitsToSingle(bits);
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ArrayPool<double>.Shared.Return(_rented);
}
