using System.Numerics;

namespace Isthmus.Core.Codec;

/// <summary>
/// How often each packed symbol occurs, in parts of 2^10 or 2^11, in a form that is quick to send and to read: every frequency but the
/// largest is one of 32 steps that grow by about a fifth, and the largest is what the others leave. That costs about a thousandth of the
/// coded size, and no frequency table takes more than 193 bytes.
/// </summary>
internal static class FrequencyTable
{
    /// <summary>The frequencies of a table add up to at most 2 to this power.</summary>
    public const int MaxBits = 11;

    /// <summary>The most bytes that a table takes: its largest symbol, a bit for each symbol, five bits for each that occurs.</summary>
    public const int MaxBytes = 1 + 32 + 160;

    private const int Most = 1 << MaxBits;
    private const int FewSymbols = 64;
    private const int StepBits = 5;

    /// <summary>The frequencies of a table add up to 2 to this power: fewer symbols need fewer parts, and smaller tables are read faster.</summary>
    public static int BitsFor(int symbols) => symbols <= FewSymbols ? 10 : MaxBits;

    internal static ReadOnlySpan<ushort> Steps =>
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 25, 31, 38, 46, 56, 68, 83, 101, 123, 150, 183, 223, 272, 332, 405, 494, 602, 735, 896];

    /// <summary>Rounds counts to frequencies that a table can say.</summary>
    /// <param name="counts">How often each symbol occurs; their sum is at most 2^31 − 1.</param>
    /// <param name="frequencies">Receives frequencies that add up to a table's total: 0 exactly where the count is 0.</param>
    /// <returns>The symbol with the largest count, whose frequency is what the others leave.</returns>
    public static int Normalise(ReadOnlySpan<int> counts, Span<ushort> frequencies)
    {
        int parts = 1 << BitsFor(counts.Length);
        long total = 0;
        int largest = 0;
        for (int s = 0; s < counts.Length; s++)
        {
            total += counts[s];
            if (counts[s] > counts[largest]) largest = s;
        }

        // Rounding up may exceed the total; then all are taken a little smaller. Ones alone never do: there are at most 255.
        for (double scale = (double)parts / Math.Max(total, 1); ; scale *= 0.9375)
        {
            int sum = 0;
            for (int s = 0; s < counts.Length; s++)
            {
                int frequency = 0;
                if (counts[s] != 0 && s != largest) frequency = Steps[NearestStep((int)((counts[s] * scale) + 0.5))];
                frequencies[s] = (ushort)frequency;
                sum += frequency;
            }

            if (sum >= parts) continue;
            frequencies[largest] = (ushort)(parts - sum);
            return largest;
        }
    }

    /// <summary>Writes a table.</summary>
    /// <param name="frequencies">What <see cref="Normalise"/> made.</param>
    /// <param name="largest">The symbol that it returned.</param>
    /// <param name="destination">At least <see cref="MaxBytes"/>.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<ushort> frequencies, int largest, Span<byte> destination)
    {
        destination[0] = (byte)largest;
        Span<byte> bitmap = destination.Slice(1, (frequencies.Length + 7) >> 3);
        bitmap.Clear();
        int position = 1 + bitmap.Length;
        uint held = 0;
        int count = 0;
        for (int s = 0; s < frequencies.Length; s++)
        {
            if (frequencies[s] == 0 || s == largest) continue;
            bitmap[s >> 3] |= (byte)(1 << (s & 7));
            held |= (uint)NearestStep(frequencies[s]) << count;
            count += StepBits;
            if (count < 8) continue;
            destination[position++] = (byte)held;
            held >>= 8;
            count -= 8;
        }

        if (count > 0) destination[position++] = (byte)held;
        return position;
    }

    /// <summary>Reads a table.</summary>
    /// <param name="source">Begins with the table; what follows it is not read.</param>
    /// <param name="frequencies">Receives the frequencies; its length is the number of symbols, at most 256.</param>
    /// <returns>Bytes that the table took.</returns>
    /// <exception cref="FrameException">The bytes are not a table of so many symbols.</exception>
    public static int Read(ReadOnlySpan<byte> source, Span<ushort> frequencies)
    {
        int bitmapBytes = (frequencies.Length + 7) >> 3;
        if (source.Length < 1 + bitmapBytes) throw TooShort();
        int largest = source[0];
        if (largest >= frequencies.Length) throw Bad();
        ReadOnlySpan<byte> bitmap = source.Slice(1, bitmapBytes);
        int used = 0;
        foreach (byte b in bitmap) used += BitOperations.PopCount(b);
        int bytes = 1 + bitmapBytes + (((used * StepBits) + 7) >> 3);
        if (source.Length < bytes) throw TooShort();

        frequencies.Clear();
        int position = 1 + bitmapBytes;
        uint held = 0;
        int count = 0;
        int sum = 0;
        for (int b = 0; b < bitmapBytes; b++)
        {
            for (uint bits = bitmap[b]; bits != 0; bits &= bits - 1)
            {
                int symbol = (8 * b) + BitOperations.TrailingZeroCount(bits);
                if (symbol >= frequencies.Length || symbol == largest) throw Bad();
                if (count < StepBits)
                {
                    held |= (uint)source[position++] << count;
                    count += 8;
                }

                ushort frequency = Steps[(int)(held & 31)];
                held >>= StepBits;
                count -= StepBits;
                frequencies[symbol] = frequency;
                sum += frequency;
            }
        }

        int parts = 1 << BitsFor(frequencies.Length);
        if (sum >= parts || held != 0) throw Bad();
        frequencies[largest] = (ushort)(parts - sum);
        return bytes;
    }

    // The first step that is not nearer to the frequency from below than the one before it, by ratio.
    private static int NearestStep(int frequency) => Nearest[Math.Min(frequency, Most)];

    private static readonly byte[] Nearest = MakeNearest();

    private static byte[] MakeNearest()
    {
        byte[] nearest = new byte[Most + 1];
        int step = 0;
        for (int f = 1; f <= Most; f++)
        {
            while (step < Steps.Length - 1 && f * f > Steps[step] * Steps[step + 1]) step++;
            nearest[f] = (byte)step;
        }

        return nearest;
    }

    private static FrameException TooShort() => new(FrameError.BadLength, "The frame's payload ends within a frequency table: send it again.");

    private static FrameException Bad() => new(FrameError.BadCode, "The frame's frequency table is none: send it again.");
}
