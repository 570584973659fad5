using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>
/// Pushes rows of packed symbols onto states of range asymmetric numeral systems, from the last row to the first, one symbol at a time or with
/// vectors: the words are the same.
/// </summary>
internal static unsafe class LaneEncoder
{
    /// <summary>In an entry: the symbol goes through the marker of its size, and itself into the list of rare symbols.</summary>
    public const uint Rare = 0x8000;

    private const uint StartMask = 0x7FFF;

    // For each pattern of eight lanes that move 16 bits: which bytes go where.
    private static readonly byte[] Compactions = MakeCompactions();

    /// <summary>Codes all rows.</summary>
    /// <param name="symbols">Rows of packed symbols.</param>
    /// <param name="tables">The table of each.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="lanes">Symbols in a row.</param>
    /// <param name="entries">For each table and symbol: the frequency's start (15 bits), <see cref="Rare"/>, the frequency (16 bits).</param>
    /// <param name="bits">Frequencies of a table add up to 2 to this power.</param>
    /// <param name="states">The lanes' states.</param>
    /// <param name="least">Below this no word is written.</param>
    /// <param name="end">The words end here.</param>
    /// <param name="rare">The rare symbols end here; there is room for all symbols and 32 more below it. Becomes their first.</param>
    /// <param name="width">Bits of the vectors to use: 512, 256 or 0.</param>
    /// <returns>The first word; null if there was no room.</returns>
    public static byte* Encode(byte* symbols, byte* tables, int rows, int lanes, uint* entries, int bits, uint* states, byte* least, byte* end, ref byte* rare, int width)
    {
        int left = width == 0 || lanes < 32 ? rows
            : width == 512 ? Encode512(symbols, tables, rows, lanes, entries, bits, states, least, ref end, ref rare)
            : Encode256(symbols, tables, rows, lanes, entries, bits, states, least, ref end, ref rare);
        return EncodeScalar(symbols, tables, left, lanes, entries, bits, states, least, end, ref rare);
    }

    // The reference, for the first rows.
    private static byte* EncodeScalar(byte* symbols, byte* tables, int rows, int lanes, uint* entries, int bits, uint* states, byte* least, byte* end, ref byte* rare)
    {
        for (int i = (rows * lanes) - 1; i >= 0; i--)
        {
            uint entry = entries[(tables[i] << 8) + symbols[i]];
            if ((entry & Rare) != 0) *--rare = symbols[i];
            uint frequency = entry >> 16;
            uint* state = states + (i & (lanes - 1));
            uint x = *state;
            if (x >= (ulong)frequency << (31 - bits))
            {
                if (end - least < 2) return null;
                end -= 2;
                *(ushort*)end = (ushort)x;
                x >>= 16;
            }

            *state = ((x / frequency) << bits) + (x % frequency) + (entry & StartMask);
        }

        return end;
    }

    // Sixteen states at a time while there is surely room for a row's words; returns how many rows are left. The quotient is below 2^21, so that
    // of floats is off by less than 1, and is put right.
    private static int Encode512(byte* symbols, byte* tables, int rows, int lanes, uint* entries, int bits, uint* states, byte* least, ref byte* position, ref byte* rarePosition)
    {
        byte* end = position;
        byte* rare = rarePosition;
        int t = rows - 1;
        Vector512<int> slots = Vector512.Create(1 << bits);

        // A row moves at most two bytes per lane, and writes up to 32 below them.
        for (; t >= 0 && end - least >= (2 * lanes) + 32; t--)
        {
            for (int j = lanes - 32, i = (t * lanes) + j; j >= 0; i -= 32, j -= 32)
            {
                Vector512<int> a = Vector512.Load((int*)states + j + 16);
                Vector512<int> b = Vector512.Load((int*)states + j);
                Vector512<int> entryA = Entries512(symbols + i + 16, tables + i + 16, entries);
                Vector512<int> entryB = Entries512(symbols + i, tables + i, entries);
                if (((entryA | entryB) & Vector512.Create((int)Rare)) != Vector512<int>.Zero)
                {
                    rare = Collect(symbols + i + 16, (entryA << 16).ExtractMostSignificantBits(), rare);
                    rare = Collect(symbols + i, (entryB << 16).ExtractMostSignificantBits(), rare);
                }

                // Negative where the state is too high for its symbol.
                Vector512<int> movesA = (((entryA >>> 16) << (31 - bits)) - Vector512<int>.One) - a;
                Vector512<int> movesB = (((entryB >>> 16) << (31 - bits)) - Vector512<int>.One) - b;
                int countA = BitOperations.PopCount(movesA.ExtractMostSignificantBits());
                int countB = BitOperations.PopCount(movesB.ExtractMostSignificantBits());
                Words(a, movesA, countA).Store((ushort*)end - 16);
                end -= 2 * countA;
                Words(b, movesB, countB).Store((ushort*)end - 16);
                end -= 2 * countB;
                Push(a, movesA, entryA, slots).Store((int*)states + j + 16);
                Push(b, movesB, entryB, slots).Store((int*)states + j);
            }
        }

        position = end;
        rarePosition = rare;
        return t + 1;
    }

    private static byte* Collect(byte* symbols, ulong lanes, byte* rare)
    {
        for (uint left = (uint)lanes; left != 0;)
        {
            int j = BitOperations.Log2(left);
            *--rare = symbols[j];
            left ^= 1u << j;
        }

        return rare;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Entries512(byte* symbols, byte* tables, uint* entries)
    {
        // A table has 256 entries: its number is the index's upper byte.
        Vector512<int> index = (Avx512F.ConvertToVector512Int32(Vector128.Load(tables)) << 8) | Avx512F.ConvertToVector512Int32(Vector128.Load(symbols));
        return Gather.Eight(entries, index.GetLower()).ToVector512Unsafe().WithUpper(Gather.Eight(entries, index.GetUpper()));
    }

    // The low halves of the states that move, in order, at the end of sixteen words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Words(Vector512<int> x, Vector512<int> moves, int count)
    {
        Vector512<int> first = Avx512F.Compress(Vector512<int>.Zero, moves, x);
        return Avx512F.ConvertToVector256UInt16(Avx512F.PermuteVar16x32(first, Vector512<int>.Indices + Vector512.Create(count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Push(Vector512<int> x, Vector512<int> moves, Vector512<int> entry, Vector512<int> slots)
    {
        Vector512<int> frequency = entry >>> 16;
        x = Avx512F.ShiftRightLogicalVariable(x, ((moves >>> 31) << 4).AsUInt32());
        Vector512<int> quotient = Vector512.ConvertToInt32Native(Vector512.ConvertToSingle(x) / Vector512.ConvertToSingle(frequency));
        Vector512<int> rest = x - (quotient * frequency);
        quotient += (rest >> 31) - ((frequency - Vector512<int>.One - rest) >> 31);
        return x + (quotient * (slots - frequency)) + (entry & Vector512.Create((int)StartMask));
    }

    // The same, eight states at a time.
    private static int Encode256(byte* symbols, byte* tables, int rows, int lanes, uint* entries, int bits, uint* states, byte* least, ref byte* position, ref byte* rarePosition)
    {
        byte* end = position;
        byte* rare = rarePosition;
        int t = rows - 1;
        fixed (byte* compactions = Compactions)
        {
            // A row moves at most two bytes per lane, and writes up to sixteen below them.
            for (; t >= 0 && end - least >= (2 * lanes) + 16; t--)
            {
                for (int j = lanes - 16, i = (t * lanes) + j; j >= 0; i -= 16, j -= 16)
                {
                    Vector256<int> a = Vector256.Load((int*)states + j + 8);
                    Vector256<int> b = Vector256.Load((int*)states + j);
                    Vector256<int> entryA = Entries256(symbols + i + 8, tables + i + 8, entries);
                    Vector256<int> entryB = Entries256(symbols + i, tables + i, entries);
                    if (((entryA | entryB) & Vector256.Create((int)Rare)) != Vector256<int>.Zero)
                    {
                        rare = Collect(symbols + i + 8, (entryA << 16).ExtractMostSignificantBits(), rare);
                        rare = Collect(symbols + i, (entryB << 16).ExtractMostSignificantBits(), rare);
                    }

                    uint movesA = Moves(a, entryA, bits).ExtractMostSignificantBits();
                    uint movesB = Moves(b, entryB, bits).ExtractMostSignificantBits();
                    Words(a, compactions + (16 * movesA)).Store(end - 16);
                    end -= 2 * BitOperations.PopCount(movesA);
                    Words(b, compactions + (16 * movesB)).Store(end - 16);
                    end -= 2 * BitOperations.PopCount(movesB);
                    Push(a, entryA, bits).Store((int*)states + j + 8);
                    Push(b, entryB, bits).Store((int*)states + j);
                }
            }
        }

        position = end;
        rarePosition = rare;
        return t + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Entries256(byte* symbols, byte* tables, uint* entries) =>
        Gather.Eight(entries, (Avx2.ConvertToVector256Int32(tables) << 8) | Avx2.ConvertToVector256Int32(symbols));

    // The states that are too high for their symbol.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Moves(Vector256<int> x, Vector256<int> entry, int bits) =>
        Vector256.GreaterThan(x, ((entry >>> 16) << (31 - bits)) - Vector256<int>.One);

    // The low halves of the states that move, in order, at the end of sixteen bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Words(Vector256<int> x, byte* compaction)
    {
        Vector256<int> low = x & Vector256.Create(0xFFFF);
        return Ssse3.Shuffle(Sse41.PackUnsignedSaturate(low.GetLower(), low.GetUpper()).AsByte(), Vector128.Load(compaction));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Push(Vector256<int> x, Vector256<int> entry, int bits)
    {
        Vector256<int> frequency = entry >>> 16;
        x = Vector256.ConditionalSelect(Moves(x, entry, bits), x >>> 16, x);
        Vector256<int> quotient = Vector256.ConvertToInt32Native(Vector256.ConvertToSingle(x) / Vector256.ConvertToSingle(frequency));
        Vector256<int> rest = x - Avx2.MultiplyLow(quotient, frequency);
        quotient += (rest >> 31) - ((frequency - Vector256<int>.One - rest) >> 31);
        return x + Avx2.MultiplyLow(quotient, Vector256.Create(1 << bits) - frequency) + (entry & Vector256.Create((int)StartMask));
    }

    // The words of the pattern's lanes go, in order, to the end.
    private static byte[] MakeCompactions()
    {
        byte[] table = new byte[256 * 16];
        Array.Fill(table, (byte)255);
        for (int pattern = 0; pattern < 256; pattern++)
        {
            int next = 8 - BitOperations.PopCount((uint)pattern);
            for (int lane = 0; lane < 8; lane++)
            {
                if (((pattern >> lane) & 1) == 0) continue;
                table[(16 * pattern) + (2 * next)] = (byte)(2 * lane);
                table[(16 * pattern) + (2 * next) + 1] = (byte)((2 * lane) + 1);
                next++;
            }
        }

        return table;
    }
}
