using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// Writes a <see cref="SymbolPlane"/>. Counting comes first and yields the exact size, so that the frame can be written straight
/// into memory of the right length.
/// </summary>
internal readonly ref struct SymbolPlaneWriter
{
    private readonly ReadOnlySpan<byte> _symbols;
    private readonly Span<byte> _lengths;
    private readonly byte _mode;

    /// <summary>Counts the symbols and chooses their coding.</summary>
    /// <param name="symbols">At least one symbol, each below 2^bits.</param>
    /// <param name="bits">Bits of the alphabet, at most 8.</param>
    /// <param name="lengths">Memory for 256 code lengths, which this writer keeps.</param>
    [SkipLocalsInit]
    public SymbolPlaneWriter(ReadOnlySpan<byte> symbols, int bits, Span<byte> lengths)
    {
        _symbols = symbols;
        _lengths = lengths[..(1 << bits)];
        int streams = SymbolPlane.Streams(symbols.Length);
        int part = (symbols.Length + streams - 1) / streams;

        // A histogram for each stream, from which its length follows without looking at the symbols again.
        Span<int> counts = stackalloc int[SymbolPlane.MaxStreams * HuffmanCode.MaxSymbols];
        Span<int> all = stackalloc int[HuffmanCode.MaxSymbols];
        all.Clear();
        for (int s = 0; s < streams; s++)
        {
            Span<int> own = counts.Slice(s * HuffmanCode.MaxSymbols, HuffmanCode.MaxSymbols);
            Count(symbols[(s * part)..Math.Min((s + 1) * part, symbols.Length)], own);
            for (int i = 0; i < all.Length; i++) all[i] += own[i];
        }

        if (all[symbols[0]] == symbols.Length)
        {
            _mode = SymbolPlane.Repeated;
            Size = 2;
            return;
        }

        HuffmanCode.Build(all[.._lengths.Length], _lengths);
        Span<byte> table = stackalloc byte[HuffmanCode.MaxTableBytes];
        long size = 1 + HuffmanCode.WriteLengths(_lengths, table) + (4 * streams);
        for (int s = 0; s < streams; s++)
        {
            long bitCount = 0;
            for (int i = 0; i < _lengths.Length; i++) bitCount += (long)counts[(s * HuffmanCode.MaxSymbols) + i] * _lengths[i];
            size += (bitCount + 7) >> 3;
        }

        bool stored = bits == 8 && size >= 1L + symbols.Length;
        _mode = stored ? SymbolPlane.Stored : SymbolPlane.Coded;
        Size = stored ? 1L + symbols.Length : size;
    }

    /// <summary>Bytes that the plane takes.</summary>
    public long Size { get; }

    /// <summary>Writes the plane. The destination has <see cref="SymbolPlane.Slack"/> bytes more than the plane, which are scribbled on.</summary>
    /// <returns>Bytes written: <see cref="Size"/>.</returns>
    [SkipLocalsInit]
    public int Write(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, Size + SymbolPlane.Slack);
        destination[0] = _mode;
        if (_mode == SymbolPlane.Repeated)
        {
            destination[1] = _symbols[0];
            return 2;
        }

        if (_mode == SymbolPlane.Stored)
        {
            _symbols.CopyTo(destination[1..]);
            return 1 + _symbols.Length;
        }

        Span<byte> table = stackalloc byte[HuffmanCode.MaxTableBytes];
        int tableBytes = HuffmanCode.WriteLengths(_lengths, table);
        table[..tableBytes].CopyTo(destination[1..]);
        Span<uint> words = stackalloc uint[HuffmanCode.MaxSymbols];
        HuffmanCode.Codewords(_lengths, words);

        int streams = SymbolPlane.Streams(_symbols.Length);
        int part = (_symbols.Length + streams - 1) / streams;
        int head = 1 + tableBytes;
        int position = head + (4 * streams);
        for (int s = 0; s < streams; s++)
        {
            ReadOnlySpan<byte> own = _symbols[(s * part)..Math.Min((s + 1) * part, _symbols.Length)];
            int written = WriteStream(own, words, ref destination[position]);
            BinaryPrimitives.WriteInt32LittleEndian(destination[(head + (4 * s))..], written);
            position += written;
        }

        return position;
    }

    // Four tables in turn, because adding to a counter that was written a moment ago waits for it, and a sparse activation is mostly
    // one symbol.
    [SkipLocalsInit]
    private static void Count(ReadOnlySpan<byte> symbols, Span<int> counts)
    {
        Span<int> tables = stackalloc int[4 * HuffmanCode.MaxSymbols];
        tables.Clear();
        ref int t0 = ref MemoryMarshal.GetReference(tables);
        ref int t1 = ref Unsafe.Add(ref t0, HuffmanCode.MaxSymbols);
        ref int t2 = ref Unsafe.Add(ref t1, HuffmanCode.MaxSymbols);
        ref int t3 = ref Unsafe.Add(ref t2, HuffmanCode.MaxSymbols);
        ref byte source = ref MemoryMarshal.GetReference(symbols);
        int i = 0;
        for (; i <= symbols.Length - 8; i += 8)
        {
            ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, i));
            Unsafe.Add(ref t0, (int)(byte)eight)++;
            Unsafe.Add(ref t1, (int)(byte)(eight >> 8))++;
            Unsafe.Add(ref t2, (int)(byte)(eight >> 16))++;
            Unsafe.Add(ref t3, (int)(byte)(eight >> 24))++;
            Unsafe.Add(ref t0, (int)(byte)(eight >> 32))++;
            Unsafe.Add(ref t1, (int)(byte)(eight >> 40))++;
            Unsafe.Add(ref t2, (int)(byte)(eight >> 48))++;
            Unsafe.Add(ref t3, (int)(byte)(eight >> 56))++;
        }

        for (; i < symbols.Length; i++) Unsafe.Add(ref t0, symbols[i])++;
        for (int s = 0; s < counts.Length; s++)
            counts[s] = Unsafe.Add(ref t0, s) + Unsafe.Add(ref t1, s) + Unsafe.Add(ref t2, s) + Unsafe.Add(ref t3, s);
    }

    // Writes whole words of eight bytes and moves on by the bytes that are full, so the destination needs eight bytes of slack.
    private static int WriteStream(ReadOnlySpan<byte> symbols, ReadOnlySpan<uint> words, ref byte destination)
    {
        ref uint w = ref MemoryMarshal.GetReference(words);
        ref byte source = ref MemoryMarshal.GetReference(symbols);
        ref byte start = ref destination;
        ulong held = 0;
        int count = 0;
        int i = 0;
        for (; i <= symbols.Length - 4; i += 4)
        {
            uint four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref source, i));
            uint a = Unsafe.Add(ref w, (int)(byte)four);
            uint b = Unsafe.Add(ref w, (int)(byte)(four >> 8));
            uint c = Unsafe.Add(ref w, (int)(byte)(four >> 16));
            uint d = Unsafe.Add(ref w, (int)(four >> 24));
            int countA = (int)(a >> 16);
            int countAb = countA + (int)(b >> 16);
            int countC = (int)(c >> 16);
            ulong ab = (a & 0xFFFF) | ((ulong)(b & 0xFFFF) << countA);
            ulong cd = (c & 0xFFFF) | ((ulong)(d & 0xFFFF) << countC);
            held |= (ab | (cd << countAb)) << count;
            count += countAb + countC + (int)(d >> 16);
            Unsafe.WriteUnaligned(ref destination, held);
            destination = ref Unsafe.Add(ref destination, count >> 3);
            held >>= count & ~7;
            count &= 7;
        }

        for (; i < symbols.Length; i++)
        {
            uint a = Unsafe.Add(ref w, (int)symbols[i]);
            held |= (ulong)(a & 0xFFFF) << count;
            count += (int)(a >> 16);
            Unsafe.WriteUnaligned(ref destination, held);
            destination = ref Unsafe.Add(ref destination, count >> 3);
            held >>= count & ~7;
            count &= 7;
        }

        if (count > 0) destination = ref Unsafe.Add(ref destination, 1);
        return (int)Unsafe.ByteOffset(ref start, ref destination);
    }
}
