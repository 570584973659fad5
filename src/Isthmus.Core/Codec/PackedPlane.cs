using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>
/// A sequence of packed symbols, coded by range asymmetric numeral systems (Duda 2013, arXiv 1311.2540; interleaved as in Giesen 2014, arXiv
/// 1402.3392): 32 states side by side, a frequency table per context. A symbol costs −log2 of its share, not a whole bit or more.
/// </summary>
/// <remarks>
/// A state is 2^15 … 2^31 − 1 and moves 16 bits at a time. The encoder goes from the last row to the first and begins with all states
/// at 2^15; so the decoder, having taken every byte, ends there, which checks the stream.
/// </remarks>
internal static unsafe class PackedPlane
{
    /// <summary>The most lanes.</summary>
    public const int MaxLanes = 64;

    /// <summary>The greatest distance, in packed symbols, to the neighbour above.</summary>
    public const int MaxAbove = 1024;

    /// <summary>The longest sequence that is coded; a longer one is better stored than coded in one piece.</summary>
    public const int MaxLength = 1 << 29;

    private const int ManyFrom = 16_384;
    private const int SomeFrom = 2_048;
    private const int FewLanes = 8;
    private const int SomeLanes = 32;
    private const uint Low = 1 << 15;
    private const int Slots = FrequencyTable.Total;
    private const int HeadBytes = 3;
    private const int Sets = 8;
    private const int Set = ContextModel.Contexts * 256;

    // For each pattern of lanes that move 16 bits: which bytes go where.
    private static readonly byte[] Expansions = MakeExpansions();
    private static readonly byte[] Compactions = MakeCompactions();

    /// <summary>Bits of the vectors that this processor is best at: 512, 256 or 0.</summary>
    internal static int Width => Avx512F.IsSupported ? 512 : Avx2.IsSupported ? 256 : 0;

    /// <summary>Lanes of a sequence of this length: many hide how long a step takes, but the state of each costs two bytes.</summary>
    public static int Lanes(int length) => length >= ManyFrom ? MaxLanes : length >= SomeFrom ? SomeLanes : FewLanes;

    /// <summary>The distance to the neighbour above in a tensor with rows of so many values.</summary>
    public static int Above(long rowValues, in SymbolPacking packing)
    {
        long distance = (rowValues + (packing.Digits / 2)) / packing.Digits;
        return distance > MaxAbove ? 2 : (int)Math.Max(2, distance);
    }

    /// <summary>Codes a sequence.</summary>
    /// <param name="packed">At least one packed symbol.</param>
    /// <param name="packing">How they were packed.</param>
    /// <param name="zero">The digit that stands for zero.</param>
    /// <param name="above">Distance to the neighbour above, 1…<see cref="MaxAbove"/>.</param>
    /// <param name="destination">
    /// Receives the coded sequence at its end. It is given up where this memory does not suffice, so its length says what is worth while.
    /// </param>
    /// <returns>Bytes of the coded sequence, which are the destination's last; 0 if it did not fit.</returns>
    public static int Encode(ReadOnlySpan<byte> packed, in SymbolPacking packing, int zero, int above, Span<byte> destination) =>
        Encode(packed, packing, zero, above, destination, Width);

    /// <summary>The same with vectors of 512, 256 or (0) no bits: the bytes are the same.</summary>
    [SkipLocalsInit]
    internal static int Encode(ReadOnlySpan<byte> packed, in SymbolPacking packing, int zero, int above, Span<byte> destination, int width)
    {
        if (packed.Length > MaxLength) return 0;
        int lanes = Lanes(packed.Length);
        int rows = (packed.Length + lanes - 1) / lanes;
        int symbols = packing.Symbols;
        int before = above * lanes;
        byte[] memory = ArrayPool<byte>.Shared.Rent((2 * rows * lanes) + before);
        try
        {
            byte* sizes = stackalloc byte[256];
            ContextModel.FillSizes(packing, zero, new Span<byte>(sizes, 256));
            int filler = 0;
            for (int i = 0; i < packing.Digits; i++) filler = (filler * packing.Levels) + zero;
            LaneLayout.Spread(packed, lanes, (byte)filler, memory.AsSpan(0, rows * lanes));
            memory.AsSpan(rows * lanes, before).Clear();

            int* counts = stackalloc int[Sets * Set];
            new Span<int>(counts, Sets * Set).Clear();
            fixed (byte* symbolRows = memory)
            fixed (byte* end = &destination.GetPinnableReference())
            {
                byte* sizeRows = symbolRows + (rows * lanes) + before;
                Count(symbolRows, sizeRows, sizes, rows * lanes, lanes, before, counts);

                int sharing = ContextModel.SharingFor(packed.Length);
                ReadOnlySpan<byte> map = ContextModel.Map(sharing);
                int tables = ContextModel.Tables(sharing);
                int* shared = stackalloc int[ContextModel.Contexts * 256];
                new Span<int>(shared, tables * 256).Clear();
                for (int c = 0; c < ContextModel.Contexts; c++)
                {
                    int* own = shared + (map[c] * 256);
                    int* from = counts + (c * 256);
                    for (int k = 0; k < Sets; k++) Add(own, from + (k * Set), symbols);
                }

                byte* head = stackalloc byte[HeadBytes + (ContextModel.Contexts * FrequencyTable.MaxBytes)];
                uint* entries = stackalloc uint[ContextModel.Contexts * 256];
                ushort* frequencies = stackalloc ushort[256];
                head[0] = (byte)sharing;
                BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(head + 1, 2), (ushort)above);
                int headBytes = HeadBytes;
                for (int t = 0; t < tables; t++)
                {
                    Span<ushort> own = new(frequencies, symbols);
                    int largest = FrequencyTable.Normalise(new ReadOnlySpan<int>(shared + (t * 256), symbols), own);
                    headBytes += FrequencyTable.Write(own, largest, new Span<byte>(head + headBytes, FrequencyTable.MaxBytes));
                    uint start = 0;
                    for (int s = 0; s < symbols; s++)
                    {
                        entries[(t * 256) + s] = start | ((uint)frequencies[s] << 16);
                        start += frequencies[s];
                    }
                }

                uint* states = stackalloc uint[MaxLanes];
                new Span<uint>(states, lanes).Fill(Low);
                int least = headBytes + (4 * lanes);
                if (destination.Length < least) return 0;
                byte* words = end + destination.Length;
                int left = width == 0 || lanes < SomeLanes ? rows
                    : width == 512 ? EncodeVectors512(symbolRows, sizeRows, rows, lanes, before, map, entries, states, end + least, ref words)
                    : EncodeVectors256(symbolRows, sizeRows, rows, lanes, before, map, entries, states, end + least, ref words);
                words = EncodeScalar(symbolRows, sizeRows, left, lanes, before, map, entries, states, end + least, words);
                if (words == null) return 0;
                words -= 4 * lanes;
                for (int j = 0; j < lanes; j++) BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(words + (4 * j), 4), states[j]);
                words -= headBytes;
                new ReadOnlySpan<byte>(head, headBytes).CopyTo(new Span<byte>(words, headBytes));
                return (int)(end + destination.Length - words);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(memory);
        }
    }

    // Fills in the sizes and counts the symbols of each context, in eight sets of counters in turn: adding to one that was written a moment
    // ago waits for it, and one symbol is most of them.
    private static void Count(byte* symbols, byte* sizes, byte* sizeOf, int length, int lanes, int before, int* counts)
    {
        FillSizes(symbols, sizes, sizeOf, length);
        for (int i = 0; i < length; i += 8)
        {
            // No sum of two sizes carries into the next byte.
            ulong eight = Unsafe.ReadUnaligned<ulong>(symbols + i);
            ulong contexts = Unsafe.ReadUnaligned<ulong>(sizes + i - lanes) + Unsafe.ReadUnaligned<ulong>(sizes + i - before);
            counts[(byte)eight + ((contexts << 8) & 0xFF00)]++;
            (counts + Set)[(byte)(eight >> 8) + (contexts & 0xFF00)]++;
            (counts + (2 * Set))[(byte)(eight >> 16) + ((contexts >> 8) & 0xFF00)]++;
            (counts + (3 * Set))[(byte)(eight >> 24) + ((contexts >> 16) & 0xFF00)]++;
            (counts + (4 * Set))[(byte)(eight >> 32) + ((contexts >> 24) & 0xFF00)]++;
            (counts + (5 * Set))[(byte)(eight >> 40) + ((contexts >> 32) & 0xFF00)]++;
            (counts + (6 * Set))[(byte)(eight >> 48) + ((contexts >> 40) & 0xFF00)]++;
            (counts + (7 * Set))[(byte)(eight >> 56) + ((contexts >> 48) & 0xFF00)]++;
        }
    }

    private static void Add(int* sums, int* counts, int symbols)
    {
        // Whole vectors: behind the last symbol there are zeros.
        for (int s = 0; s < symbols; s += 8) (Vector256.Load(sums + s) + Vector256.Load(counts + s)).Store(sums + s);
    }

    private static void FillSizes(byte* symbols, byte* sizes, byte* sizeOf, int length)
    {
        int i = 0;
        if (Avx512Vbmi.IsSupported)
        {
            Vector512<byte> t0 = Vector512.Load(sizeOf), t1 = Vector512.Load(sizeOf + 64), t2 = Vector512.Load(sizeOf + 128), t3 = Vector512.Load(sizeOf + 192);
            for (; i <= length - 64; i += 64)
            {
                Vector512<byte> index = Vector512.Load(symbols + i);
                Vector512<byte> low = Avx512Vbmi.PermuteVar64x8x2(t0, index, t1);
                Vector512<byte> high = Avx512Vbmi.PermuteVar64x8x2(t2, index, t3);
                Vector512.ConditionalSelect(Vector512.GreaterThanOrEqual(index, Vector512.Create((byte)128)), high, low).Store(sizes + i);
            }
        }

        for (; i < length; i++) sizes[i] = sizeOf[symbols[i]];
    }

    // The reference, for the first rows. Words go down from 'end'; null where they would go below 'least'.
    private static byte* EncodeScalar(byte* symbols, byte* sizes, int rows, int lanes, int before, ReadOnlySpan<byte> map, uint* entries, uint* states, byte* least, byte* end)
    {
        for (int t = rows - 1; t >= 0; t--)
        {
            for (int j = lanes - 1; j >= 0; j--)
            {
                int i = (t * lanes) + j;
                uint entry = entries[(map[sizes[i - lanes] + sizes[i - before]] << 8) + symbols[i]];
                uint frequency = entry >> 16;
                uint x = states[j];
                if (x >= (ulong)frequency << 20)
                {
                    if (end - least < 2) return null;
                    end -= 2;
                    *(ushort*)end = (ushort)x;
                    x >>= 16;
                }

                states[j] = (x / frequency * Slots) + (x % frequency) + (entry & 0xFFFF);
            }
        }

        return end;
    }

    // Sixteen states at a time while there is surely room for a row's words; returns how many rows are left. The quotient is below 2^20, so that
    // of floats is off by less than 1, and is put right.
    private static int EncodeVectors512(byte* symbols, byte* sizes, int rows, int lanes, int before, ReadOnlySpan<byte> map, uint* entries, uint* states, byte* least, ref byte* position)
    {
        Vector512<int> bases = Vector512.Create(Vector256.Create(map[0], map[1], map[2], map[3], map[4], map[5], map[6], 0), Vector256<int>.Zero) << 8;
        byte* end = position;
        int t = rows - 1;

        // A row moves at most two bytes per lane, and writes up to 32 below them.
        for (; t >= 0 && end - least >= (2 * lanes) + 32; t--)
        {
            byte* symbol = symbols + (t * lanes);
            byte* size = sizes + (t * lanes);
            for (int j = lanes - 32; j >= 0; j -= 32)
            {
                Vector512<int> a = Vector512.Load((int*)states + j + 16);
                Vector512<int> b = Vector512.Load((int*)states + j);
                Vector512<int> entryA = Entries512(symbol + j + 16, size + j + 16, lanes, before, bases, entries);
                Vector512<int> entryB = Entries512(symbol + j, size + j, lanes, before, bases, entries);
                Vector512<int> movesA = Moves(a, entryA);
                Vector512<int> movesB = Moves(b, entryB);
                int countA = System.Numerics.BitOperations.PopCount(movesA.ExtractMostSignificantBits());
                int countB = System.Numerics.BitOperations.PopCount(movesB.ExtractMostSignificantBits());
                Words(a, movesA, countA).Store((ushort*)end - 16);
                end -= 2 * countA;
                Words(b, movesB, countB).Store((ushort*)end - 16);
                end -= 2 * countB;
                Push(a, movesA, entryA).Store((int*)states + j + 16);
                Push(b, movesB, entryB).Store((int*)states + j);
            }
        }

        position = end;
        return t + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Entries512(byte* symbols, byte* sizes, int lanes, int before, Vector512<int> bases, uint* entries)
    {
        Vector512<int> context = Avx512F.ConvertToVector512Int32(Vector128.Load(sizes - lanes) + Vector128.Load(sizes - before));
        Vector512<int> index = Avx512F.PermuteVar16x32(bases, context) + Avx512F.ConvertToVector512Int32(Vector128.Load(symbols));
        return Vector512.Create(Avx2.GatherVector256((int*)entries, index.GetLower(), 4), Avx2.GatherVector256((int*)entries, index.GetUpper(), 4));
    }

    // The states that are too high for their symbol.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Moves(Vector512<int> x, Vector512<int> entry) =>
        Vector512.GreaterThan(x, ((entry >>> 16) << 20) - Vector512<int>.One);

    // The low halves of the states that move, in order, at the end of sixteen words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Words(Vector512<int> x, Vector512<int> moves, int count)
    {
        Vector512<int> first = Avx512F.Compress(Vector512<int>.Zero, moves, x);
        return Avx512F.ConvertToVector256UInt16(Avx512F.PermuteVar16x32(first, Vector512<int>.Indices + Vector512.Create(count)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Push(Vector512<int> x, Vector512<int> moves, Vector512<int> entry)
    {
        Vector512<int> frequency = entry >>> 16;
        x = Vector512.ConditionalSelect(moves, x >>> 16, x);
        Vector512<int> quotient = Vector512.ConvertToInt32Native(Vector512.ConvertToSingle(x) / Vector512.ConvertToSingle(frequency));
        Vector512<int> rest = x - (quotient * frequency);
        quotient += (rest >> 31) - ((frequency - Vector512<int>.One - rest) >> 31);
        return x + (quotient * (Vector512.Create(Slots) - frequency)) + (entry & Vector512.Create(0xFFFF));
    }

    // The same, eight states at a time.
    private static int EncodeVectors256(byte* symbols, byte* sizes, int rows, int lanes, int before, ReadOnlySpan<byte> map, uint* entries, uint* states, byte* least, ref byte* position)
    {
        Vector256<int> bases = Vector256.Create(map[0], map[1], map[2], map[3], map[4], map[5], map[6], 0) << 8;
        byte* end = position;
        int t = rows - 1;
        fixed (byte* compactions = Compactions)
        {
            // A row moves at most two bytes per lane, and writes up to sixteen below them.
            for (; t >= 0 && end - least >= (2 * lanes) + 16; t--)
            {
                byte* symbol = symbols + (t * lanes);
                byte* size = sizes + (t * lanes);
                for (int j = lanes - 16; j >= 0; j -= 16)
                {
                    Vector256<int> a = Vector256.Load((int*)states + j + 8);
                    Vector256<int> b = Vector256.Load((int*)states + j);
                    Vector256<int> entryA = Entries(symbol + j + 8, size + j + 8, lanes, before, bases, entries);
                    Vector256<int> entryB = Entries(symbol + j, size + j, lanes, before, bases, entries);
                    uint movesA = Moves(a, entryA).ExtractMostSignificantBits();
                    uint movesB = Moves(b, entryB).ExtractMostSignificantBits();
                    Words(a, compactions + (16 * movesA)).Store(end - 16);
                    end -= 2 * System.Numerics.BitOperations.PopCount(movesA);
                    Words(b, compactions + (16 * movesB)).Store(end - 16);
                    end -= 2 * System.Numerics.BitOperations.PopCount(movesB);
                    Push(a, entryA).Store((int*)states + j + 8);
                    Push(b, entryB).Store((int*)states + j);
                }
            }
        }

        position = end;
        return t + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Entries(byte* symbols, byte* sizes, int lanes, int before, Vector256<int> bases, uint* entries)
    {
        Vector256<int> context = Avx2.ConvertToVector256Int32(sizes - lanes) + Avx2.ConvertToVector256Int32(sizes - before);
        return Avx2.GatherVector256((int*)entries, Avx2.PermuteVar8x32(bases, context) + Avx2.ConvertToVector256Int32(symbols), 4);
    }

    // The states that are too high for their symbol.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Moves(Vector256<int> x, Vector256<int> entry) =>
        Vector256.GreaterThan(x, ((entry >>> 16) << 20) - Vector256<int>.One);

    // The low halves of the states that move, in order, at the end of sixteen bytes.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> Words(Vector256<int> x, byte* compaction)
    {
        Vector256<int> low = x & Vector256.Create(0xFFFF);
        return Ssse3.Shuffle(Sse41.PackUnsignedSaturate(low.GetLower(), low.GetUpper()).AsByte(), Vector128.Load(compaction));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Push(Vector256<int> x, Vector256<int> entry)
    {
        Vector256<int> frequency = entry >>> 16;
        x = Vector256.ConditionalSelect(Moves(x, entry), x >>> 16, x);
        Vector256<int> quotient = Vector256.ConvertToInt32Native(Vector256.ConvertToSingle(x) / Vector256.ConvertToSingle(frequency));
        Vector256<int> rest = x - Avx2.MultiplyLow(quotient, frequency);
        quotient += (rest >> 31) - ((frequency - Vector256<int>.One - rest) >> 31);
        return x + Avx2.MultiplyLow(quotient, Vector256.Create(Slots) - frequency) + (entry & Vector256.Create(0xFFFF));
    }

    /// <summary>Reads a coded sequence.</summary>
    /// <param name="source">The coded sequence, and nothing after it.</param>
    /// <param name="packing">How the symbols were packed.</param>
    /// <param name="zero">The digit that stands for zero.</param>
    /// <param name="packed">Receives the packed symbols. May not overlap the source.</param>
    /// <exception cref="FrameException">The bytes are not a sequence of so many symbols.</exception>
    public static void Decode(ReadOnlySpan<byte> source, in SymbolPacking packing, int zero, Span<byte> packed) =>
        Decode(source, packing, zero, packed, Width);

    /// <summary>The same with vectors of 512, 256 or (0) no bits.</summary>
    [SkipLocalsInit]
    internal static void Decode(ReadOnlySpan<byte> source, in SymbolPacking packing, int zero, Span<byte> packed, int width)
    {
        int lanes = Lanes(packed.Length);
        int rows = (packed.Length + lanes - 1) / lanes;
        if (packed.Length > MaxLength) throw Bad();
        if (source.Length < HeadBytes) throw TooShort();
        int sharing = source[0];
        int above = BinaryPrimitives.ReadUInt16LittleEndian(source[1..]);
        if (sharing >= ContextModel.Sharings || above is < 1 or > MaxAbove)
            throw new FrameException(FrameError.BadParameters, "The frame's contexts are none that this release knows: use the same release of Isthmus on both sides.");

        int tables = ContextModel.Tables(sharing);
        int before = above * lanes;
        byte[] memory = ArrayPool<byte>.Shared.Rent((2 * rows * lanes) + before);
        uint[] slots = ArrayPool<uint>.Shared.Rent((tables * Slots) + 8);
        try
        {
            byte* sizes = stackalloc byte[256];
            ContextModel.FillSizes(packing, zero, new Span<byte>(sizes, 256));
            Span<ushort> frequencies = stackalloc ushort[256];
            frequencies.Clear();
            int position = HeadBytes;
            for (int t = 0; t < tables; t++)
            {
                position += FrequencyTable.Read(source[position..], frequencies[..packing.Symbols]);
                FillSlots(frequencies, sizes, slots.AsSpan(t * Slots, Slots + 8));
            }

            if (source.Length - position < 4 * lanes) throw TooShort();
            uint* states = stackalloc uint[MaxLanes];
            for (int j = 0; j < lanes; j++, position += 4)
            {
                states[j] = BinaryPrimitives.ReadUInt32LittleEndian(source[position..]);
                if (states[j] is < Low or > int.MaxValue) throw Bad();
            }

            memory.AsSpan(rows * lanes, before).Clear();
            fixed (byte* symbolRows = memory)
            fixed (uint* entries = slots)
            fixed (byte* bytes = source)
            {
                byte* sizeRows = symbolRows + (rows * lanes) + before;
                byte* words = bytes + position;
                byte* end = bytes + source.Length;
                ReadOnlySpan<byte> map = ContextModel.Map(sharing);
                int row = width == 0 || lanes < SomeLanes ? 0
                    : width == 512 ? DecodeVectors512(symbolRows, sizeRows, rows, lanes, before, map, entries, states, ref words, end)
                    : DecodeVectors256(symbolRows, sizeRows, rows, lanes, before, map, entries, states, ref words, end);
                words = DecodeScalar(symbolRows, sizeRows, row, rows, lanes, before, map, entries, states, words, end);
                if (words != end) throw Bad();
                for (int j = 0; j < lanes; j++)
                {
                    if (states[j] != Low) throw Bad();
                }
            }

            LaneLayout.Collect(memory.AsSpan(0, rows * lanes), lanes, packed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(memory);
            ArrayPool<uint>.Shared.Return(slots);
        }
    }

    // For each slot, from the lowest bit on: the symbol (8), its size (2), the slot's distance from the symbol's first (11), the frequency less 1 (11).
    private static void FillSlots(ReadOnlySpan<ushort> frequencies, byte* sizes, Span<uint> slots)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frequencies.Length, 256);
        ArgumentOutOfRangeException.ThrowIfNotEqual(slots.Length, Slots + 8);
        Vector256<uint> steps = Vector256<uint>.Indices << 10;
        fixed (ushort* frequency = frequencies)
        fixed (uint* slot = slots)
        {
            uint* next = slot;
            for (int block = 0; block < 256; block += 32)
            {
                // The symbols that occur, without a jump for those that do not.
                for (uint used = (uint)~Vector512.Equals(Vector512.Load(frequency + block), Vector512<ushort>.Zero).ExtractMostSignificantBits(); used != 0; used &= used - 1)
                {
                    int s = block + System.Numerics.BitOperations.TrailingZeroCount(used);
                    uint count = frequency[s];

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

    // The reference, from a row on.
    private static byte* DecodeScalar(byte* symbols, byte* sizes, int row, int rows, int lanes, int before, ReadOnlySpan<byte> map, uint* entries, uint* states, byte* words, byte* end)
    {
        for (int i = row * lanes; i < rows * lanes; i++)
        {
            uint* x = states + (i & (lanes - 1));
            uint entry = entries[(map[sizes[i - lanes] + sizes[i - before]] << FrequencyTable.Bits) + (int)(*x & (Slots - 1))];
            symbols[i] = (byte)entry;
            sizes[i] = (byte)((entry >> 8) & 3);
            uint next = (((entry >> 21) + 1) * (*x >> FrequencyTable.Bits)) + ((entry >> 10) & (Slots - 1));
            if (next < Low)
            {
                if (end - words < 2) throw TooShort();
                next = (next << 16) | *(ushort*)words;
                words += 2;
            }

            *x = next;
        }

        return words;
    }

    // Sixteen states at a time while a whole row's words are surely there; returns the row that comes next.
    private static int DecodeVectors512(byte* symbols, byte* sizes, int rows, int lanes, int before, ReadOnlySpan<byte> map, uint* entries, uint* states, ref byte* position, byte* end)
    {
        Vector512<int> bases = Vector512.Create(Vector256.Create(map[0], map[1], map[2], map[3], map[4], map[5], map[6], 0), Vector256<int>.Zero) << FrequencyTable.Bits;
        byte* words = position;
        int t = 0;
        for (; t < rows && end - words >= 2 * lanes; t++)
        {
            for (int i = t * lanes, j = 0; j < lanes; i += 32, j += 32)
            {
                Vector512<int> a = Vector512.Load((int*)states + j);
                Vector512<int> b = Vector512.Load((int*)states + j + 16);
                Vector512<int> entryA = Look(a, sizes + i, lanes, before, bases, entries);
                Vector512<int> entryB = Look(b, sizes + i + 16, lanes, before, bases, entries);
                Avx512F.ConvertToVector128Byte(entryA).Store(symbols + i);
                Avx512F.ConvertToVector128Byte(entryB).Store(symbols + i + 16);
                Avx512F.ConvertToVector128Byte((entryA >>> 8) & Vector512.Create(3)).Store(sizes + i);
                Avx512F.ConvertToVector128Byte((entryB >>> 8) & Vector512.Create(3)).Store(sizes + i + 16);
                a = Step(a, entryA);
                b = Step(b, entryB);
                Vector512<int> movesA = Vector512.LessThan(a, Vector512.Create((int)Low));
                Vector512<int> movesB = Vector512.LessThan(b, Vector512.Create((int)Low));
                Fill(a, movesA, words).Store((int*)states + j);
                words += 2 * System.Numerics.BitOperations.PopCount(movesA.ExtractMostSignificantBits());
                Fill(b, movesB, words).Store((int*)states + j + 16);
                words += 2 * System.Numerics.BitOperations.PopCount(movesB.ExtractMostSignificantBits());
            }
        }

        position = words;
        return t;
    }

    // The entries of the states' slots.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Look(Vector512<int> x, byte* size, int lanes, int before, Vector512<int> bases, uint* entries)
    {
        Vector512<int> context = Avx512F.ConvertToVector512Int32(Vector128.Load(size - lanes) + Vector128.Load(size - before));
        Vector512<int> index = Avx512F.PermuteVar16x32(bases, context) | (x & Vector512.Create(Slots - 1));
        return Vector512.Create(Avx2.GatherVector256((int*)entries, index.GetLower(), 4), Avx2.GatherVector256((int*)entries, index.GetUpper(), 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Step(Vector512<int> x, Vector512<int> entry) =>
        (((entry >>> 21) + Vector512<int>.One) * (x >>> FrequencyTable.Bits)) + ((entry >>> 10) & Vector512.Create(Slots - 1));

    // Moves 16 bits into the states that fell too low.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Fill(Vector512<int> x, Vector512<int> moves, byte* words) =>
        Vector512.ConditionalSelect(moves, (x << 16) | Avx512F.Expand(Vector512<int>.Zero, moves, Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)words))), x);

    // The same, eight states at a time.
    private static int DecodeVectors256(byte* symbols, byte* sizes, int rows, int lanes, int before, ReadOnlySpan<byte> map, uint* entries, uint* states, ref byte* position, byte* end)
    {
        Vector256<int> bases = Vector256.Create(map[0], map[1], map[2], map[3], map[4], map[5], map[6], 0) << FrequencyTable.Bits;
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
                    Vector256<int> entryA = Look(a, sizes + i, lanes, before, bases, entries);
                    Vector256<int> entryB = Look(b, sizes + i + 8, lanes, before, bases, entries);
                    Vector256<int> entryC = Look(c, sizes + i + 16, lanes, before, bases, entries);
                    Vector256<int> entryD = Look(d, sizes + i + 24, lanes, before, bases, entries);
                    Vector256<ushort> ab = Avx2.PackUnsignedSaturate(entryA & mask, entryB & mask);
                    Vector256<ushort> cd = Avx2.PackUnsignedSaturate(entryC & mask, entryD & mask);
                    Vector256<ushort> low = Vector256.Create((ushort)0xFF);
                    Vector256<byte> symbol = Avx2.PackUnsignedSaturate((ab & low).AsInt16(), (cd & low).AsInt16());
                    Vector256<byte> size = Avx2.PackUnsignedSaturate((ab >>> 8).AsInt16(), (cd >>> 8).AsInt16());
                    Avx2.PermuteVar8x32(symbol.AsInt32(), order).AsByte().Store(symbols + i);
                    Avx2.PermuteVar8x32(size.AsInt32(), order).AsByte().Store(sizes + i);
                    a = Step(a, entryA);
                    b = Step(b, entryB);
                    c = Step(c, entryC);
                    d = Step(d, entryD);
                    uint movesA = Vector256.LessThan(a, Vector256.Create((int)Low)).ExtractMostSignificantBits();
                    uint movesB = Vector256.LessThan(b, Vector256.Create((int)Low)).ExtractMostSignificantBits();
                    uint movesC = Vector256.LessThan(c, Vector256.Create((int)Low)).ExtractMostSignificantBits();
                    uint movesD = Vector256.LessThan(d, Vector256.Create((int)Low)).ExtractMostSignificantBits();
                    Fill(a, words, expansions + (16 * movesA)).Store((int*)states + j);
                    words += 2 * System.Numerics.BitOperations.PopCount(movesA);
                    Fill(b, words, expansions + (16 * movesB)).Store((int*)states + j + 8);
                    words += 2 * System.Numerics.BitOperations.PopCount(movesB);
                    Fill(c, words, expansions + (16 * movesC)).Store((int*)states + j + 16);
                    words += 2 * System.Numerics.BitOperations.PopCount(movesC);
                    Fill(d, words, expansions + (16 * movesD)).Store((int*)states + j + 24);
                    words += 2 * System.Numerics.BitOperations.PopCount(movesD);
                }
            }
        }

        position = words;
        return t;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Look(Vector256<int> x, byte* size, int lanes, int before, Vector256<int> bases, uint* entries)
    {
        Vector256<int> context = Avx2.ConvertToVector256Int32(size - lanes) + Avx2.ConvertToVector256Int32(size - before);
        return Avx2.GatherVector256((int*)entries, Avx2.PermuteVar8x32(bases, context) | (x & Vector256.Create(Slots - 1)), 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Step(Vector256<int> x, Vector256<int> entry) =>
        Avx2.MultiplyLow((entry >>> 21) + Vector256<int>.One, x >>> FrequencyTable.Bits) + ((entry >>> 10) & Vector256.Create(Slots - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Fill(Vector256<int> x, byte* words, byte* expansion)
    {
        Vector256<int> taken = Avx2.ConvertToVector256Int32(Ssse3.Shuffle(Vector128.Load(words), Vector128.Load(expansion)).AsUInt16());
        return Vector256.ConditionalSelect(Vector256.LessThan(x, Vector256.Create((int)Low)), (x << 16) | taken, x);
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

    // The words of the pattern's lanes go, in order, to the end.
    private static byte[] MakeCompactions()
    {
        byte[] table = new byte[256 * 16];
        Array.Fill(table, (byte)255);
        for (int pattern = 0; pattern < 256; pattern++)
        {
            int next = 8 - System.Numerics.BitOperations.PopCount((uint)pattern);
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

    private static FrameException TooShort() => new(FrameError.BadLength, "The frame's payload is shorter than its symbols: send it again.");

    private static FrameException Bad() => new(FrameError.BadCode, "The frame's symbols do not decode: send it again.");
}
