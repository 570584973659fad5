using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// Canonical length-limited Huffman codes. A code is its lengths: codewords follow from them, shorter before longer and lower
/// symbols before higher, so only lengths cross the wire. Codewords are written with their first bit lowest.
/// </summary>
internal static class HuffmanCode
{
    /// <summary>The longest codeword. A decoding table of 2^12 entries fits the first-level cache, and activations lose less than 0.5 % by it.</summary>
    public const int MaxLength = 12;

    /// <summary>The most symbols that an alphabet has.</summary>
    public const int MaxSymbols = 256;

    /// <summary>The most bytes that the lengths of a whole alphabet take in a frame: 6 bits each.</summary>
    public const int MaxTableBytes = MaxSymbols * 6 / 8;

    /// <summary>
    /// Lengths of an optimal prefix code in which no codeword is longer than <paramref name="limit"/>: Huffman's, computed in place
    /// (Moffat and Katajainen, WADS 1995), and where that is too deep, package-merge (Larmore and Hirschberg, JACM 1990).
    /// </summary>
    /// <param name="counts">How often each symbol occurs; at least two of them do.</param>
    /// <param name="lengths">Receives a length for each symbol, 0 for those that do not occur.</param>
    /// <param name="limit">The longest codeword allowed; 2^limit is at least the number of symbols that occur.</param>
    [SkipLocalsInit]
    public static void Build(ReadOnlySpan<int> counts, Span<byte> lengths, int limit = MaxLength)
    {
        Span<ulong> sorted = stackalloc ulong[MaxSymbols];
        int used = 0;
        for (int symbol = 0; symbol < counts.Length; symbol++)
        {
            if (counts[symbol] > 0) sorted[used++] = ((ulong)(uint)counts[symbol] << 8) | (uint)symbol;
        }

        if (used < 2 || used > 1L << limit) throw new ArgumentException($"{used} symbols have no code of up to {limit} bits.", nameof(counts));
        sorted = sorted[..used];
        sorted.Sort();
        Span<long> weights = stackalloc long[MaxSymbols];
        weights = weights[..used];
        for (int i = 0; i < used; i++) weights[i] = (long)(sorted[i] >> 8);

        Span<byte> depths = stackalloc byte[MaxSymbols];
        depths = depths[..used];
        if (!TryUnlimited(weights, depths, limit))
        {
            for (int i = 0; i < used; i++) weights[i] = (long)(sorted[i] >> 8);
            PackageMerge(weights, depths, limit);
        }

        lengths.Clear();
        for (int i = 0; i < used; i++) lengths[(byte)sorted[i]] = depths[i];
    }

    // Phase 1 turns weights (ascending) into parent pointers, phase 2 into depths of inner nodes, phase 3 into depths of leaves.
    private static bool TryUnlimited(Span<long> a, Span<byte> depths, int limit)
    {
        int n = a.Length;
        a[0] += a[1];
        int root = 0;
        int leaf = 2;
        for (int next = 1; next < n - 1; next++)
        {
            if (leaf >= n || a[root] < a[leaf])
            {
                a[next] = a[root];
                a[root++] = next;
            }
            else
            {
                a[next] = a[leaf++];
            }

            if (leaf >= n || (root < next && a[root] < a[leaf]))
            {
                a[next] += a[root];
                a[root++] = next;
            }
            else
            {
                a[next] += a[leaf++];
            }
        }

        a[n - 2] = 0;
        for (int next = n - 3; next >= 0; next--) a[next] = a[(int)a[next]] + 1;

        int available = 1;
        int inner = 0;
        int depth = 0;
        int node = n - 2;
        int to = n - 1;
        while (available > 0)
        {
            while (node >= 0 && a[node] == depth)
            {
                inner++;
                node--;
            }

            while (available > inner)
            {
                if (depth > limit) return false;
                depths[to--] = (byte)depth;
                available--;
            }

            available = 2 * inner;
            depth++;
            inner = 0;
        }

        return true;
    }

    // Level by level, each list holds the leaves and the pairs of the list before. The first 2n−2 items of the last list are the
    // cheapest choice; each time a leaf is among the chosen of a list, its codeword grows by a bit.
    [SkipLocalsInit]
    private static void PackageMerge(ReadOnlySpan<long> leaves, Span<byte> depths, int limit)
    {
        int n = leaves.Length;
        int width = 2 * n;
        Span<bool> isLeaf = stackalloc bool[limit * 2 * MaxSymbols];
        Span<long> previous = stackalloc long[2 * MaxSymbols];
        Span<long> current = stackalloc long[2 * MaxSymbols];
        int previousCount = 0;
        for (int level = 0; level < limit; level++)
        {
            int pairs = previousCount / 2;
            int leaf = 0;
            int pair = 0;
            int count = 0;
            while (leaf < n || pair < pairs)
            {
                long weight = pair < pairs ? previous[2 * pair] + previous[(2 * pair) + 1] : long.MaxValue;
                bool takeLeaf = leaf < n && leaves[leaf] <= weight;
                isLeaf[(level * width) + count] = takeLeaf;
                current[count++] = takeLeaf ? leaves[leaf] : weight;
                if (takeLeaf) leaf++;
                else pair++;
            }

            Span<long> swap = previous;
            previous = current;
            current = swap;
            previousCount = count;
        }

        depths.Clear();
        int chosen = width - 2;
        for (int level = limit - 1; level >= 0; level--)
        {
            int chosenLeaves = isLeaf.Slice(level * width, chosen).Count(true);
            for (int i = 0; i < chosenLeaves; i++) depths[i]++;
            chosen = 2 * (chosen - chosenLeaves);
        }
    }

    /// <summary>The codewords of lengths that form a complete code, each as codeword | length &lt;&lt; 16.</summary>
    public static void Codewords(ReadOnlySpan<byte> lengths, Span<uint> words)
    {
        Span<uint> next = stackalloc uint[MaxLength + 2];
        FirstCodewords(lengths, next);
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            words[symbol] = length == 0 ? 0 : Reverse(next[length]++, length) | ((uint)length << 16);
        }
    }

    /// <summary>
    /// Fills a decoding table: entry i, for the next 12 bits i of a stream, is the length of the codeword that they begin with, and
    /// its symbol &lt;&lt; 8.
    /// </summary>
    /// <param name="lengths">Lengths that form a complete code.</param>
    /// <param name="table">2^12 entries.</param>
    public static void FillDecodingTable(ReadOnlySpan<byte> lengths, Span<ushort> table)
    {
        Span<uint> next = stackalloc uint[MaxLength + 2];
        FirstCodewords(lengths, next);
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int length = lengths[symbol];
            if (length == 0) continue;
            ushort entry = (ushort)(length | (symbol << 8));
            for (uint i = Reverse(next[length]++, length); i < 1u << MaxLength; i += 1u << length) table[(int)i] = entry;
        }
    }

    /// <summary>Whether these lengths form a complete prefix code: every sequence of bits decodes, in one way.</summary>
    public static bool IsComplete(ReadOnlySpan<byte> lengths)
    {
        int sum = 0;
        foreach (byte length in lengths)
        {
            if (length > MaxLength) return false;
            if (length > 0) sum += 1 << (MaxLength - length);
        }

        return sum == 1 << MaxLength;
    }

    private static void FirstCodewords(ReadOnlySpan<byte> lengths, Span<uint> next)
    {
        Span<uint> counts = stackalloc uint[MaxLength + 1];
        counts.Clear();
        foreach (byte length in lengths) counts[length]++;
        counts[0] = 0;
        next.Clear();
        for (int length = 1; length <= MaxLength; length++)
            next[length] = (next[length - 1] + counts[length - 1]) << 1;
    }

    private static uint Reverse(uint word, int length)
    {
        uint reversed = 0;
        for (int i = 0; i < length; i++)
        {
            reversed = (reversed << 1) | (word & 1);
            word >>= 1;
        }

        return reversed;
    }

    /// <summary>
    /// Writes the lengths: for each symbol one bit 0 if its length is that of the symbol before (of the first: 0), bits 1,0,s for
    /// one more (s = 0) or one less (s = 1), else bits 1,1 and the length in four bits. The last byte is filled up with 0.
    /// </summary>
    /// <returns>Bytes written, at most <see cref="MaxTableBytes"/>.</returns>
    public static int WriteLengths(ReadOnlySpan<byte> lengths, Span<byte> destination)
    {
        destination = destination[..MaxTableBytes];
        destination.Clear();
        int position = 0;
        int before = 0;
        foreach (byte length in lengths)
        {
            (int bits, int size) = (length - before) switch
            {
                0 => (0b0, 1),
                1 => (0b001, 3),
                -1 => (0b101, 3),
                _ => (0b11 | (length << 2), 6),
            };
            for (int i = 0; i < size; i++, position++)
                destination[position >> 3] |= (byte)(((bits >> i) & 1) << (position & 7));
            before = length;
        }

        return (position + 7) >> 3;
    }

    /// <summary>Reads what <see cref="WriteLengths"/> wrote.</summary>
    /// <returns>Bytes read.</returns>
    /// <exception cref="FrameException">The bytes end too early, or are not lengths of a complete code.</exception>
    public static int ReadLengths(ReadOnlySpan<byte> source, Span<byte> lengths)
    {
        int position = 0;
        int before = 0;
        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            if (Bit(source, ref position) == 1)
            {
                if (Bit(source, ref position) == 0)
                {
                    before += Bit(source, ref position) == 0 ? 1 : -1;
                }
                else
                {
                    before = 0;
                    for (int i = 0; i < 4; i++) before |= Bit(source, ref position) << i;
                }
            }

            if (before is < 0 or > MaxLength) throw new FrameException(FrameError.BadCode, "The frame's code table holds an impossible length: send it again.");
            lengths[symbol] = (byte)before;
        }

        while ((position & 7) != 0)
        {
            if (Bit(source, ref position) != 0) throw new FrameException(FrameError.BadCode, "The frame's code table ends in the wrong place: send it again.");
        }

        if (!IsComplete(lengths)) throw new FrameException(FrameError.BadCode, "The frame's code table is not a complete prefix code: send it again.");
        return position >> 3;
    }

    private static int Bit(ReadOnlySpan<byte> source, ref int position)
    {
        if (position >> 3 >= source.Length) throw new FrameException(FrameError.BadCode, "The frame's code table is cut off: send it again.");
        int bit = (source[position >> 3] >> (position & 7)) & 1;
        position++;
        return bit;
    }
}
