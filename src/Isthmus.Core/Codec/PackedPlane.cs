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

    /// <summary>The least state.</summary>
    public const uint Low = 1 << 15;

    private const int ManyFrom = 12_288;
    private const int SomeFrom = 2_048;
    private const int FewLanes = 8;
    private const int SomeLanes = 32;
    private const int HeadBytes = 3;
    private const int CountBytes = 4;
    private const int WithoutZeros = 0x80;
    private const int Sets = 8;
    private const int MostTables = 7;
    private const int Set = MostTables * 256;
    private const int RareRoom = 32;

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
    /// <param name="above">Distance to the neighbour above, 2…<see cref="MaxAbove"/>.</param>
    /// <param name="model">Trained tables for this packing and zero; null: the tables are part of the coded sequence.</param>
    /// <param name="destination">
    /// Receives the coded sequence at its end. It is given up where this memory does not suffice, so its length says what is worth while.
    /// </param>
    /// <returns>Bytes of the coded sequence, which are the destination's last; 0 if it did not fit.</returns>
    public static int Encode(ReadOnlySpan<byte> packed, in SymbolPacking packing, int zero, int above, FastModel? model, Span<byte> destination) =>
        Encode(packed, packing, zero, above, model, destination, Width);

    /// <summary>The same with vectors of 512, 256 or (0) no bits: the bytes are the same.</summary>
    [SkipLocalsInit]
    internal static int Encode(ReadOnlySpan<byte> packed, in SymbolPacking packing, int zero, int above, FastModel? model, Span<byte> destination, int width)
    {
        if (packed.Length > MaxLength) return 0;
        ZeroBlocks blocks = new(packing, zero);
        int bitmapBytes = blocks.BitmapBytes(packed.Length);
        byte[] bitmap = ArrayPool<byte>.Shared.Rent(bitmapBytes);
        byte[]? compact = null;
        try
        {
            int left = model is { LeavesZerosOut: false } ? 0 : blocks.Find(packed, bitmap.AsSpan(0, bitmapBytes));
            if (left == 0 || (model is null && !ZeroBlocks.Pays(left, blocks.Count(packed.Length)))) return Encode(packed, [], packing, zero, above, model, blocks.ZeroSymbol, destination, width);
            compact = ArrayPool<byte>.Shared.Rent((left + 1) * blocks.Length);
            blocks.Compact(packed, bitmap.AsSpan(0, bitmapBytes), compact);
            return Encode(compact.AsSpan(0, left * blocks.Length), bitmap.AsSpan(0, bitmapBytes), packing, zero, above, model, blocks.ZeroSymbol, destination, width);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bitmap);
            if (compact is not null) ArrayPool<byte>.Shared.Return(compact);
        }
    }

    [SkipLocalsInit]
    private static int Encode(
        ReadOnlySpan<byte> packed, ReadOnlySpan<byte> bitmap, in SymbolPacking packing, int zero, int above, FastModel? model, byte filler, Span<byte> destination, int width)
    {
        int lanes = Lanes(packed.Length);
        int rows = (packed.Length + lanes - 1) / lanes;
        int length = rows * lanes;
        int before = above * lanes;
        byte[] memory = ArrayPool<byte>.Shared.Rent((3 * length) + before);
        byte[]? rare = model is null ? null : ArrayPool<byte>.Shared.Rent(length + RareRoom);
        try
        {
            byte* sizes = stackalloc byte[256];
            Sizes(packing, zero, model).CopyTo(new Span<byte>(sizes, 256));
            LaneLayout.Spread(packed, lanes, filler, memory.AsSpan(0, length));
            memory.AsSpan(length, before).Clear();
            int sharing = model is null ? ContextModel.SharingFor(packed.Length) : ContextModel.Trained;
            uint* own = stackalloc uint[MostTables * 256];
            byte* head = stackalloc byte[HeadBytes + (MostTables * FrequencyTable.MaxBytes)];
            uint* states = stackalloc uint[MaxLanes];
            new Span<uint>(states, lanes).Fill(Low);
            fixed (byte* symbols = memory)
            fixed (byte* start = &destination.GetPinnableReference())
            fixed (byte* map = model is null ? ContextModel.Map(sharing) : model.Map)
            fixed (uint* trained = model?.Entries)
            fixed (byte* rareStart = rare)
            {
                byte* sizeRows = symbols + length + before;
                byte* tables = sizeRows + length;
                FillSizes(symbols, sizeRows, sizes, length);
                FillTables(sizeRows, tables, length, lanes, before, map, width);
                head[0] = (byte)(sharing | (bitmap.IsEmpty ? 0 : WithoutZeros));
                BinaryPrimitives.WriteUInt16LittleEndian(new Span<byte>(head + 1, 2), (ushort)above);
                int headBytes = HeadBytes + (model is null ? WriteTables(symbols, tables, length, packing.Symbols, sharing, own, head + HeadBytes) : CountBytes);

                int least = headBytes + bitmap.Length + (4 * lanes);
                if (destination.Length < least) return 0;
                byte* end = start + destination.Length;
                byte* rareEnd = rareStart + length + RareRoom;
                byte* rareFirst = rareEnd;
                byte* words = LaneEncoder.Encode(symbols, tables, rows, lanes, model is null ? own : trained, packing.SlotBits, states, start + least, end, ref rareFirst, width);
                int rareBytes = (int)(rareEnd - rareFirst);
                if (words == null || words - start < least + rareBytes) return 0;
                words -= 4 * lanes;
                for (int j = 0; j < lanes; j++) BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(words + (4 * j), 4), states[j]);
                words -= rareBytes;
                new ReadOnlySpan<byte>(rareFirst, rareBytes).CopyTo(new Span<byte>(words, rareBytes));
                if (model is not null) BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>(head + HeadBytes, CountBytes), rareBytes);
                words -= headBytes - HeadBytes;
                new ReadOnlySpan<byte>(head + HeadBytes, headBytes - HeadBytes).CopyTo(new Span<byte>(words, headBytes - HeadBytes));
                words -= bitmap.Length;
                bitmap.CopyTo(new Span<byte>(words, bitmap.Length));
                words -= HeadBytes;
                new ReadOnlySpan<byte>(head, HeadBytes).CopyTo(new Span<byte>(words, HeadBytes));
                return (int)(end - words);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(memory);
            if (rare is not null) ArrayPool<byte>.Shared.Return(rare);
        }
    }

    /// <summary>Counts how often each packed symbol occurs in each context, for training.</summary>
    /// <param name="packed">At least one packed symbol.</param>
    /// <param name="packing">How they were packed.</param>
    /// <param name="zero">The digit that stands for zero.</param>
    /// <param name="above">Distance to the neighbour above, 2…<see cref="MaxAbove"/>.</param>
    /// <param name="counts">What is added to: 256 counts for each context.</param>
    /// <param name="countsWithoutZeros">The same where zero blocks are left out.</param>
    /// <returns>How many blocks are not zero.</returns>
    public static int Count(ReadOnlySpan<byte> packed, in SymbolPacking packing, int zero, int above, Span<long> counts, Span<long> countsWithoutZeros)
    {
        ZeroBlocks blocks = new(packing, zero);
        byte[] bitmap = new byte[blocks.BitmapBytes(packed.Length)];
        int left = blocks.Find(packed, bitmap);
        Count(packed, packing, zero, above, counts);
        if (left == 0) return 0;
        byte[] compact = new byte[(left + 1) * blocks.Length];
        blocks.Compact(packed, bitmap, compact);
        Count(compact.AsSpan(0, left * blocks.Length), packing, zero, above, countsWithoutZeros);
        return left;
    }

    private static void Count(ReadOnlySpan<byte> packed, in SymbolPacking packing, int zero, int above, Span<long> counts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(counts.Length, ContextModel.Contexts * 256);
        int lanes = Lanes(packed.Length);
        int rows = (packed.Length + lanes - 1) / lanes;
        byte[] sizeOf = new byte[256];
        ContextModel.FillSizes(packing, zero, sizeOf);
        byte[] sizes = new byte[(above + rows) * lanes];
        fixed (byte* first = sizes)
        fixed (byte* map = ContextModel.Map(ContextModel.Trained))
        {
            byte* size = first + (above * lanes);
            for (int t = 0; t < rows; t++)
            {
                for (int j = 0; j < lanes; j++, size++)
                {
                    int i = (j * rows) + t;
                    if (i >= packed.Length) continue;
                    *size = sizeOf[packed[i]];
                    counts[(ContextModel.Of(map, size, lanes, above * lanes) << 8) + packed[i]]++;
                }
            }
        }
    }

    private static ReadOnlySpan<byte> Sizes(in SymbolPacking packing, int zero, FastModel? model)
    {
        if (model is not null) return model.SymbolSizes;
        byte[] sizes = new byte[256];
        ContextModel.FillSizes(packing, zero, sizes);
        return sizes;
    }

    // Counts the symbols of each table, makes frequencies of that, and writes them. Returns how many bytes they take.
    [SkipLocalsInit]
    private static int WriteTables(byte* symbols, byte* tables, int length, int symbolCount, int sharing, uint* entries, byte* head)
    {
        int* counts = stackalloc int[Sets * Set];
        new Span<int>(counts, Sets * Set).Clear();
        Count(symbols, tables, length, counts);
        ushort* frequencies = stackalloc ushort[256];
        Span<ushort> own = new(frequencies, symbolCount);
        int bytes = 0;
        for (int t = 0; t < ContextModel.Tables(sharing); t++)
        {
            int* sums = counts + (t * 256);
            for (int k = 1; k < Sets; k++) Add(sums, sums + (k * Set), symbolCount);
            int largest = FrequencyTable.Normalise(new ReadOnlySpan<int>(sums, symbolCount), own);
            bytes += FrequencyTable.Write(own, largest, new Span<byte>(head + bytes, FrequencyTable.MaxBytes));
            uint start = 0;
            for (int s = 0; s < symbolCount; s++)
            {
                entries[(t * 256) + s] = start | ((uint)frequencies[s] << 16);
                start += frequencies[s];
            }
        }

        return bytes;
    }

    // In eight sets of counters in turn: adding to one that was written a moment ago waits for it, and one symbol is most of them.
    private static void Count(byte* symbols, byte* tables, int length, int* counts)
    {
        for (int i = 0; i < length; i += 8)
        {
            ulong eight = Unsafe.ReadUnaligned<ulong>(symbols + i);
            ulong table = Unsafe.ReadUnaligned<ulong>(tables + i);
            counts[(byte)eight + ((table << 8) & 0xFF00)]++;
            (counts + Set)[(byte)(eight >> 8) + (table & 0xFF00)]++;
            (counts + (2 * Set))[(byte)(eight >> 16) + ((table >> 8) & 0xFF00)]++;
            (counts + (3 * Set))[(byte)(eight >> 24) + ((table >> 16) & 0xFF00)]++;
            (counts + (4 * Set))[(byte)(eight >> 32) + ((table >> 24) & 0xFF00)]++;
            (counts + (5 * Set))[(byte)(eight >> 40) + ((table >> 32) & 0xFF00)]++;
            (counts + (6 * Set))[(byte)(eight >> 48) + ((table >> 40) & 0xFF00)]++;
            (counts + (7 * Set))[(byte)(eight >> 56) + ((table >> 48) & 0xFF00)]++;
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

    private static void FillTables(byte* sizes, byte* tables, int length, int lanes, int before, byte* map, int width)
    {
        int i = 0;
        if (width > 0)
        {
            Vector256<byte> low = Vector256.Create(Vector128.Load(map), Vector128.Load(map)), high = Vector256.Create(Vector128.Load(map + 16), Vector128.Load(map + 16));
            for (; i <= length - 32; i += 32) ContextModel.Of(low, high, Vector256.Load(sizes + i - lanes), sizes + i - before, lanes).Store(tables + i);
        }

        for (; i < length; i++) tables[i] = (byte)ContextModel.Of(map, sizes + i, lanes, before);
    }

    /// <summary>Reads a coded sequence.</summary>
    /// <param name="source">The coded sequence, and nothing after it.</param>
    /// <param name="packing">How the symbols were packed.</param>
    /// <param name="zero">The digit that stands for zero.</param>
    /// <param name="model">Trained tables for this packing and zero; null if the tables are part of the coded sequence.</param>
    /// <param name="packed">Receives the packed symbols. May not overlap the source.</param>
    /// <exception cref="FrameException">The bytes are not a sequence of so many symbols.</exception>
    public static void Decode(ReadOnlySpan<byte> source, in SymbolPacking packing, int zero, FastModel? model, Span<byte> packed) =>
        Decode(source, packing, zero, model, packed, Width);

    /// <summary>The same with vectors of 512, 256 or (0) no bits.</summary>
    [SkipLocalsInit]
    internal static void Decode(ReadOnlySpan<byte> source, in SymbolPacking packing, int zero, FastModel? model, Span<byte> packed, int width)
    {
        if (packed.Length > MaxLength) throw Bad();
        if (source.Length < HeadBytes) throw TooShort();
        int sharing = source[0] & ~WithoutZeros;
        int above = BinaryPrimitives.ReadUInt16LittleEndian(source[1..]);
        if ((model is null ? sharing >= ContextModel.Sharings : sharing != ContextModel.Trained) || above is < 2 or > MaxAbove)
            throw new FrameException(FrameError.BadParameters, "The frame's contexts are none that this release knows: use the same release of Isthmus on both sides.");

        if ((source[0] & WithoutZeros) == 0)
        {
            Decode(source[HeadBytes..], packing, zero, sharing, above, model, packed, width);
            return;
        }

        ZeroBlocks blocks = new(packing, zero);
        int bitmapBytes = blocks.BitmapBytes(packed.Length);
        if (source.Length < HeadBytes + bitmapBytes) throw TooShort();
        ReadOnlySpan<byte> bitmap = source.Slice(HeadBytes, bitmapBytes);
        int left = blocks.CountLeft(bitmap, packed.Length);
        if (left <= 0) throw Bad();
        byte[] compact = ArrayPool<byte>.Shared.Rent((left + 1) * blocks.Length);
        try
        {
            Decode(source[(HeadBytes + bitmapBytes)..], packing, zero, sharing, above, model, compact.AsSpan(0, left * blocks.Length), width);
            blocks.Expand(compact, bitmap, packed, width == 512);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(compact);
        }
    }

    [SkipLocalsInit]
    private static void Decode(ReadOnlySpan<byte> source, in SymbolPacking packing, int zero, int sharing, int above, FastModel? model, Span<byte> packed, int width)
    {
        int lanes = Lanes(packed.Length);
        int rows = (packed.Length + lanes - 1) / lanes;
        int length = rows * lanes;
        int before = above * lanes;
        byte[] memory = ArrayPool<byte>.Shared.Rent((2 * length) + before);
        uint[]? rented = null;
        try
        {
            byte* sizes = stackalloc byte[256];
            Sizes(packing, zero, model).CopyTo(new Span<byte>(sizes, 256));
            int position = 0;
            ReadOnlySpan<byte> rare = [];
            if (model is null)
            {
                int tables = ContextModel.Tables(sharing);
                rented = ArrayPool<uint>.Shared.Rent((tables * packing.Slots) + LaneDecoder.Slack);
                Span<ushort> frequencies = stackalloc ushort[256];
                frequencies.Clear();
                for (int t = 0; t < tables; t++)
                {
                    position += FrequencyTable.Read(source[position..], frequencies[..packing.Symbols]);
                    LaneDecoder.FillSlots(frequencies, new ReadOnlySpan<byte>(sizes, 256), rented.AsSpan(t * packing.Slots, packing.Slots + LaneDecoder.Slack));
                }
            }
            else
            {
                if (source.Length < CountBytes) throw TooShort();
                uint count = BinaryPrimitives.ReadUInt32LittleEndian(source);
                position += CountBytes;
                if (count > (uint)(source.Length - position) || count > (uint)length) throw TooShort();
                if (count > 0 && !model.HasMarkers) throw Bad();
                rare = source.Slice(position, (int)count);
                position += rare.Length;
            }

            if (source.Length - position < 4 * lanes) throw TooShort();
            uint* states = stackalloc uint[MaxLanes];
            for (int j = 0; j < lanes; j++, position += 4)
            {
                states[j] = BinaryPrimitives.ReadUInt32LittleEndian(source[position..]);
                if (states[j] is < Low or > int.MaxValue) throw Bad();
            }

            memory.AsSpan(length, before).Clear();
            fixed (byte* symbolRows = memory)
            fixed (uint* entries = rented ?? model!.Slots)
            fixed (byte* bytes = source)
            {
                byte* end = bytes + source.Length;
                byte* words = LaneDecoder.Decode(
                    symbolRows, symbolRows + length + before, rows, lanes, before, model is null ? ContextModel.Map(sharing) : model.Map, entries, packing.SlotBits, states, bytes + position, end, width);
                if (words == null) throw TooShort();
                if (words != end) throw Bad();
                for (int j = 0; j < lanes; j++)
                {
                    if (states[j] != Low) throw Bad();
                }
            }

            if (!rare.IsEmpty) Replace(memory.AsSpan(0, length), model!.MarkerSymbols, rare, new ReadOnlySpan<byte>(sizes, packing.Symbols));
            LaneLayout.Collect(memory.AsSpan(0, length), lanes, packed);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(memory);
            if (rented is not null) ArrayPool<uint>.Shared.Return(rented);
        }
    }

    // Each marker becomes the next of the rare symbols, which is of the marker's size.
    private static void Replace(Span<byte> symbols, ReadOnlySpan<byte> markers, ReadOnlySpan<byte> rare, ReadOnlySpan<byte> sizes)
    {
        byte m1 = markers[0], m2 = markers[1], m3 = markers[2];
        int next = 0;
        int i = 0;
        for (; i <= symbols.Length - Vector256<byte>.Count; i += Vector256<byte>.Count)
        {
            Vector256<byte> these = Vector256.Create<byte>(symbols[i..]);
            Vector256<byte> marked = Vector256.Equals(these, Vector256.Create(m1)) | Vector256.Equals(these, Vector256.Create(m2)) | Vector256.Equals(these, Vector256.Create(m3));
            for (uint left = marked.ExtractMostSignificantBits(); left != 0; left &= left - 1) Take(symbols, i + System.Numerics.BitOperations.TrailingZeroCount(left), rare, sizes);
        }

        for (; i < symbols.Length; i++)
        {
            if (symbols[i] == m1 || symbols[i] == m2 || symbols[i] == m3) Take(symbols, i, rare, sizes);
        }

        if (next != rare.Length) throw Bad();

        void Take(Span<byte> symbols, int at, ReadOnlySpan<byte> rare, ReadOnlySpan<byte> sizes)
        {
            if (next == rare.Length) throw Bad();
            byte symbol = rare[next++];
            int size = symbols[at] == m1 ? 1 : symbols[at] == m2 ? 2 : 3;
            if (symbol >= sizes.Length || sizes[symbol] != size) throw Bad();
            symbols[at] = symbol;
        }
    }

    private static FrameException TooShort() => new(FrameError.BadLength, "The frame's payload is shorter than its symbols: send it again.");

    private static FrameException Bad() => new(FrameError.BadCode, "The frame's symbols do not decode: send it again.");
}
