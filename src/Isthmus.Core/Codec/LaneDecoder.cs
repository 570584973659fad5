using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>
/// Pops rows of packed symbols from states of range asymmetric numeral systems, one symbol at a time or with vectors: the symbols are the same.
/// </summary>
/// <remarks>
/// A state's slot is its lowest bits. The entry of a slot has, from the lowest bit on: the symbol (8), its size (2), the slot's distance from the
/// symbol's first (11), the frequency less 1 (11).
/// </remarks>
internal static unsafe class LaneDecoder
{
    /// <summary>How many entries more than slots the tables have.</summary>
    public const int Slack = 8;

    private const int Distance = (1 << FrequencyTable.MaxBits) - 1;

    // For each pattern of eight lanes that take 16 bits: which bytes go where.
    private static readonly byte[] Expansions = MakeExpansions();

    /// <summary>Fills in the entries of a table's slots.</summary>
    /// <param name="frequencies">256 frequencies.</param>
    /// <param name="sizes">The size of each symbol.</param>
    /// <param name="slots">The slots of this table; behind them at least <see cref="Slack"/> more, which are overwritten.</param>
    public static void FillSlots(ReadOnlySpan<ushort> frequencies, ReadOnlySpan<byte> sizes, Span<uint> slots)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frequencies.Length, 256);
        ArgumentOutOfRangeException.ThrowIfNotEqual(sizes.Length, 256);
        Vector256<uint> steps = Vector256<uint>.Indices << 10;
        fixed (ushort* frequency = frequencies)
        fixed (uint* slot = slots)
        {
            uint* next = slot;
            uint* end = slot + slots.Length - Slack;
            for (int block = 0; block < 256; block += 32)
            {
                // The symbols that occur, without a jump for those that do not.
                for (uint used = (uint)~Vector512.Equals(Vector512.Load(frequency + block), Vector512<ushort>.Zero).ExtractMostSignificantBits(); used != 0; used &= used - 1)
                {
                    int s = block + BitOperations.TrailingZeroCount(used);
                    uint count = frequency[s];
                    ArgumentOutOfRangeException.ThrowIfGreaterThan(count, end - next, nameof(frequencies));

                    // Eight at a time, of which the next symbol overwrites what is too much.
                    Vector256<uint> eight = Vector256.Create((uint)s | ((uint)sizes[s] << 8) | ((count - 1) << 21)) + steps;
                    eight.Store(next);
                    for (uint k = 8; k < count; k += 8)
                    {
                        eight += Vector256.Create(8u << 10);
                        eight.Store(next + k);
                    }

                    next += count;
                }
            }
        }
    }

    /// <summary>Decodes all rows.</summary>
    /// <param name="symbols">Receives rows of packed symbols.</param>
    /// <param name="sizes">Receives their sizes; before them there are as many zeros as there are to the row above.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="lanes">Symbols in a row.</param>
    /// <param name="before">The distance to the symbol above, more than a row.</param>
    /// <param name="map">The table of each context.</param>
    /// <param name="entries">The slots of the tables.</param>
    /// <param name="bits">Frequencies of a table add up to 2 to this power.</param>
    /// <param name="states">The lanes' states.</param>
    /// <param name="words">The first word.</param>
    /// <param name="end">Behind the last word.</param>
    /// <param name="width">Bits of the vectors to use: 512, 256 or 0.</param>
    /// <returns>Behind the last word that was taken; null if they did not suffice.</returns>
    public static byte* Decode(
        byte* symbols, byte* sizes, int rows, int lanes, int before, ReadOnlySpan<byte> map, uint* entries, int bits, uint* states, byte* words, byte* end, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(map.Length, ContextModel.Contexts);
        fixed (byte* table = map)
        {
            int row = width == 0 || lanes < 32 ? 0
                : width == 512 ? Decode512(symbols, sizes, rows, lanes, before, table, entries, bits, states, ref words, end)
                : Decode256(symbols, sizes, rows, lanes, before, table, entries, bits, states, ref words, end);
            return DecodeScalar(symbols, sizes, row, rows, lanes, before, table, entries, bits, states, words, end);
        }
    }

    // The reference, from a row on.
    private static byte* DecodeScalar(byte* symbols, byte* sizes, int row, int rows, int lanes, int before, byte* map, uint* entries, int bits, uint* states, byte* words, byte* end)
    {
        for (int i = row * lanes; i < rows * lanes; i++)
        {
            uint* x = states + (i & (lanes - 1));
            uint entry = entries[(ContextModel.Of(map, sizes + i, lanes, before) << bits) + (int)(*x & ((1u << bits) - 1))];
            symbols[i] = (byte)entry;
            sizes[i] = (byte)((entry >> 8) & 3);
            uint next = (((entry >> 21) + 1) * (*x >> bits)) + ((entry >> 10) & Distance);
            if (next < PackedPlane.Low)
            {
                if (end - words < 2) return null;
                next = (next << 16) | *(ushort*)words;
                words += 2;
            }

            *x = next;
        }

        return words;
    }

    // Sixteen states at a time while a whole row's words are surely there; returns the row that comes next. States and the sizes of the row before stay
    // in registers: what a row needs of memory was written long ago, or in one piece.
    private static int Decode512(byte* symbols, byte* sizes, int rows, int lanes, int before, byte* map, uint* entries, int bits, uint* states, ref byte* position, byte* end)
    {
        Vector256<byte> mapLow = Vector256.Create(Vector128.Load(map), Vector128.Load(map)), mapHigh = Vector256.Create(Vector128.Load(map + 16), Vector128.Load(map + 16));
        byte* words = position;
        int t = 0;
        Vector512<int> a = Vector512.Load((int*)states), b = Vector512.Load((int*)states + 16);
        Vector256<byte> left = Vector256<byte>.Zero;
        if (lanes == PackedPlane.MaxLanes)
        {
            Vector512<int> c = Vector512.Load((int*)states + 32), d = Vector512.Load((int*)states + 48);
            Vector256<byte> leftOfC = Vector256<byte>.Zero;
            for (; t < rows && end - words >= 2 * PackedPlane.MaxLanes; t++)
            {
                Vector256<byte> ab = ContextModel.Of(mapLow, mapHigh, left, sizes - before, PackedPlane.MaxLanes);
                Vector256<byte> cd = ContextModel.Of(mapLow, mapHigh, leftOfC, sizes - before + 32, PackedPlane.MaxLanes);
                Vector512<int> entryA = Look(a, ab.GetLower(), entries, bits);
                Vector512<int> entryB = Look(b, ab.GetUpper(), entries, bits);
                Vector512<int> entryC = Look(c, cd.GetLower(), entries, bits);
                Vector512<int> entryD = Look(d, cd.GetUpper(), entries, bits);
                Avx512F.ConvertToVector128Byte(entryA).Store(symbols);
                Avx512F.ConvertToVector128Byte(entryB).Store(symbols + 16);
                Avx512F.ConvertToVector128Byte(entryC).Store(symbols + 32);
                Avx512F.ConvertToVector128Byte(entryD).Store(symbols + 48);
                left = Sizes(entryA, entryB);
                leftOfC = Sizes(entryC, entryD);
                left.Store(sizes);
                leftOfC.Store(sizes + 32);
                a = Step(a, entryA, bits, ref words);
                b = Step(b, entryB, bits, ref words);
                c = Step(c, entryC, bits, ref words);
                d = Step(d, entryD, bits, ref words);
                symbols += PackedPlane.MaxLanes;
                sizes += PackedPlane.MaxLanes;
            }

            c.Store((int*)states + 32);
            d.Store((int*)states + 48);
        }
        else
        {
            for (; t < rows && end - words >= 2 * lanes; t++)
            {
                Vector256<byte> tables = ContextModel.Of(mapLow, mapHigh, left, sizes - before, lanes);
                Vector512<int> entryA = Look(a, tables.GetLower(), entries, bits);
                Vector512<int> entryB = Look(b, tables.GetUpper(), entries, bits);
                Avx512F.ConvertToVector128Byte(entryA).Store(symbols);
                Avx512F.ConvertToVector128Byte(entryB).Store(symbols + 16);
                left = Sizes(entryA, entryB);
                left.Store(sizes);
                a = Step(a, entryA, bits, ref words);
                b = Step(b, entryB, bits, ref words);
                symbols += lanes;
                sizes += lanes;
            }
        }

        a.Store((int*)states);
        b.Store((int*)states + 16);
        position = words;
        return t;
    }

    // The entries of the states' slots.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Look(Vector512<int> x, Vector128<byte> tables, uint* entries, int bits)
    {
        Vector512<int> index = (Avx512F.ConvertToVector512Int32(tables) << bits) | (x & Vector512.Create((1 << bits) - 1));
        return Gather.Eight(entries, index.GetLower()).ToVector512Unsafe().WithUpper(Gather.Eight(entries, index.GetUpper()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Sizes(Vector512<int> entryA, Vector512<int> entryB) =>
        Vector256.Create(Avx512F.ConvertToVector128Byte(entryA >>> 8), Avx512F.ConvertToVector128Byte(entryB >>> 8)) & Vector256.Create((byte)3);

    // Moves 16 bits into the states that fall too low.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step(Vector512<int> x, Vector512<int> entry, int bits, ref byte* words)
    {
        x = (((entry >>> 21) + Vector512<int>.One) * (x >>> bits)) + ((entry >>> 10) & Vector512.Create(Distance));
        Vector512<int> moves = x - Vector512.Create((int)PackedPlane.Low); // negative where it fell too low
        Vector512<int> taken = Avx512F.Expand(Vector512<int>.Zero, moves, Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)words)));
        words += 2 * BitOperations.PopCount(moves.ExtractMostSignificantBits());
        return Avx512F.ShiftLeftLogicalVariable(x, ((moves >>> 31) << 4).AsUInt32()) | taken;
    }

    // The same, eight states at a time.
    private static int Decode256(byte* symbols, byte* sizes, int rows, int lanes, int before, byte* map, uint* entries, int bits, uint* states, ref byte* position, byte* end)
    {
        Vector256<byte> mapLow = Vector256.Create(Vector128.Load(map), Vector128.Load(map)), mapHigh = Vector256.Create(Vector128.Load(map + 16), Vector128.Load(map + 16));
        Vector256<int> order = Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7);
        Vector256<int> mask = Vector256.Create(0x3FF);
        byte* words = position;
        int t = 0;
        fixed (byte* expansions = Expansions)
        {
            for (; t < rows && end - words >= 2 * lanes; t++)
            {
                for (int i = t * lanes, j = 0; j < lanes; i += 32, j += 32)
                {
                    Vector256<int> a = Vector256.Load((int*)states + j), b = Vector256.Load((int*)states + j + 8);
                    Vector256<int> c = Vector256.Load((int*)states + j + 16), d = Vector256.Load((int*)states + j + 24);
                    Vector256<byte> tables = ContextModel.Of(mapLow, mapHigh, Vector256.Load(sizes + i - lanes), sizes + i - before, lanes);
                    Vector256<int> entryA = Look256(a, tables.GetLower(), entries, bits);
                    Vector256<int> entryB = Look256(b, Sse2.ShiftRightLogical128BitLane(tables.GetLower(), 8), entries, bits);
                    Vector256<int> entryC = Look256(c, tables.GetUpper(), entries, bits);
                    Vector256<int> entryD = Look256(d, Sse2.ShiftRightLogical128BitLane(tables.GetUpper(), 8), entries, bits);
                    Vector256<ushort> ab = Avx2.PackUnsignedSaturate(entryA & mask, entryB & mask);
                    Vector256<ushort> cd = Avx2.PackUnsignedSaturate(entryC & mask, entryD & mask);
                    Vector256<ushort> low = Vector256.Create((ushort)0xFF);
                    Vector256<byte> symbol = Avx2.PackUnsignedSaturate((ab & low).AsInt16(), (cd & low).AsInt16());
                    Vector256<byte> size = Avx2.PackUnsignedSaturate((ab >>> 8).AsInt16(), (cd >>> 8).AsInt16());
                    Avx2.PermuteVar8x32(symbol.AsInt32(), order).AsByte().Store(symbols + i);
                    Avx2.PermuteVar8x32(size.AsInt32(), order).AsByte().Store(sizes + i);
                    a = Step(a, entryA, bits);
                    b = Step(b, entryB, bits);
                    c = Step(c, entryC, bits);
                    d = Step(d, entryD, bits);
                    uint movesA = Vector256.LessThan(a, Vector256.Create((int)PackedPlane.Low)).ExtractMostSignificantBits();
                    uint movesB = Vector256.LessThan(b, Vector256.Create((int)PackedPlane.Low)).ExtractMostSignificantBits();
                    uint movesC = Vector256.LessThan(c, Vector256.Create((int)PackedPlane.Low)).ExtractMostSignificantBits();
                    uint movesD = Vector256.LessThan(d, Vector256.Create((int)PackedPlane.Low)).ExtractMostSignificantBits();
                    Fill(a, words, expansions + (16 * movesA)).Store((int*)states + j);
                    words += 2 * BitOperations.PopCount(movesA);
                    Fill(b, words, expansions + (16 * movesB)).Store((int*)states + j + 8);
                    words += 2 * BitOperations.PopCount(movesB);
                    Fill(c, words, expansions + (16 * movesC)).Store((int*)states + j + 16);
                    words += 2 * BitOperations.PopCount(movesC);
                    Fill(d, words, expansions + (16 * movesD)).Store((int*)states + j + 24);
                    words += 2 * BitOperations.PopCount(movesD);
                }
            }
        }

        position = words;
        return t;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Look256(Vector256<int> x, Vector128<byte> tables, uint* entries, int bits) =>
        Gather.Eight(entries, (Avx2.ConvertToVector256Int32(tables) << bits) | (x & Vector256.Create((1 << bits) - 1)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Step(Vector256<int> x, Vector256<int> entry, int bits) =>
        Avx2.MultiplyLow((entry >>> 21) + Vector256<int>.One, x >>> bits) + ((entry >>> 10) & Vector256.Create(Distance));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Fill(Vector256<int> x, byte* words, byte* expansion)
    {
        Vector256<int> taken = Avx2.ConvertToVector256Int32(Ssse3.Shuffle(Vector128.Load(words), Vector128.Load(expansion)).AsUInt16());
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create((int)PackedPlane.Low)), (x << 16) | taken, x);
    }

    // The words that come next go, in order, to the lanes of the pattern.
    private static byte[] MakeExpansions()
    {
        byte[] table = new byte[256 * 16];
        for (int pattern = 0; pattern < 256; pattern++)
        {
            for (int lane = 0, next = 0; lane < 8; lane++)
            {
                bool moves = ((pattern >> lane) & 1) != 0;
                table[(16 * pattern) + (2 * lane)] = moves ? (byte)(2 * next) : (byte)255;
                table[(16 * pattern) + (2 * lane) + 1] = moves ? (byte)((2 * next) + 1) : (byte)255;
                if (moves) next++;
            }
        }

        return table;
    }
}
