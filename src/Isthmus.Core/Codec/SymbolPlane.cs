using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Isthmus.Core.Codec;

/// <summary>
/// A sequence of byte symbols, entropy coded: one symbol repeated, the bytes as they are, or a Huffman code and its streams.
/// Long sequences are cut into four contiguous parts with a stream each, so that a processor can decode four symbols at once.
/// The number of symbols and the size of the alphabet are known to both sides and do not stand in the plane.
/// </summary>
internal static class SymbolPlane
{
    /// <summary>Bytes after a plane that <see cref="SymbolPlaneWriter.Write"/> may scribble on.</summary>
    public const int Slack = 8;

    internal const byte Stored = 0;
    internal const byte Repeated = 1;
    internal const byte Coded = 2;
    internal const int MaxStreams = 4;

    private const int ManySymbols = 1024;
    private const int TableSize = 1 << HuffmanCode.MaxLength;

    /// <summary>The most bytes that a plane of n symbols takes.</summary>
    public static long MaxBytes(long n) => 1 + HuffmanCode.MaxTableBytes + (4 * MaxStreams) + n + MaxStreams;

    /// <summary>How many streams n symbols are cut into.</summary>
    internal static int Streams(int n) => n >= ManySymbols ? MaxStreams : 1;

    /// <summary>Reads a plane.</summary>
    /// <param name="source">Begins with the plane; what follows it is not read.</param>
    /// <param name="bits">The alphabet is 0…2^bits − 1, bits ≤ 8.</param>
    /// <param name="symbols">Receives the symbols. May not overlap the source.</param>
    /// <returns>Bytes that the plane took.</returns>
    /// <exception cref="FrameException">The bytes are not a plane of so many symbols.</exception>
    public static int Read(ReadOnlySpan<byte> source, int bits, Span<byte> symbols)
    {
        if (source.IsEmpty) throw TooShort();
        switch (source[0])
        {
            case Stored when bits == 8:
                if (source.Length - 1 < symbols.Length) throw TooShort();
                source.Slice(1, symbols.Length).CopyTo(symbols);
                return 1 + symbols.Length;
            case Repeated:
                if (source.Length < 2) throw TooShort();
                if (source[1] >> bits != 0) throw new FrameException(FrameError.BadCode, $"The frame repeats a symbol that {bits} bits do not have: send it again.");
                symbols.Fill(source[1]);
                return 2;
            case Coded:
                return ReadCoded(source, bits, symbols);
            default:
                throw new FrameException(FrameError.BadCode, $"The frame's symbols are coded in mode {source[0]}, which is not known: use the same release of Isthmus on both sides.");
        }
    }

    [SkipLocalsInit]
    private static int ReadCoded(ReadOnlySpan<byte> source, int bits, Span<byte> symbols)
    {
        Span<byte> lengths = stackalloc byte[1 << bits];
        int position = 1 + HuffmanCode.ReadLengths(source[1..], lengths);
        int streams = Streams(symbols.Length);
        if (source.Length - position < 4 * streams) throw TooShort();

        Span<int> starts = stackalloc int[MaxStreams + 1];
        starts[0] = position + (4 * streams);
        for (int s = 0; s < streams; s++)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(source[(position + (4 * s))..]);
            if (length > (uint)(source.Length - starts[s])) throw TooShort();
            starts[s + 1] = starts[s] + (int)length;
        }

        Span<ushort> table = stackalloc ushort[TableSize];
        HuffmanCode.FillDecodingTable(lengths, table);
        if (streams == 1)
            ReadStream(source[starts[0]..starts[1]], table, symbols, 0, 0);
        else
            ReadFourStreams(source, starts, table, symbols);
        return starts[streams];
    }

    // Four streams side by side while none of them is within eight bytes of its end; the rest of each alone, with every read checked.
    private static unsafe void ReadFourStreams(ReadOnlySpan<byte> source, ReadOnlySpan<int> starts, ReadOnlySpan<ushort> table, Span<byte> symbols)
    {
        int part = (symbols.Length + MaxStreams - 1) / MaxStreams;
        int shortest = symbols.Length - (3 * part);
        long p0 = 0, p1 = 0, p2 = 0, p3 = 0;
        int done = 0;
        fixed (byte* bytes = source)
        fixed (ushort* entries = table)
        fixed (byte* output = symbols)
        {
            byte* s0 = bytes + starts[0];
            byte* s1 = bytes + starts[1];
            byte* s2 = bytes + starts[2];
            byte* s3 = bytes + starts[3];
            while (true)
            {
                // A round of four symbols moves a stream by at most 48 bits and reads the eight bytes at its position.
                long rounds = Math.Min(
                    Math.Min(Rounds(starts[1] - starts[0], p0), Rounds(starts[2] - starts[1], p1)),
                    Math.Min(Rounds(starts[3] - starts[2], p2), Rounds(starts[4] - starts[3], p3)));
                rounds = Math.Min(rounds, (shortest - done) / 4);
                if (rounds <= 0) break;
                for (byte* o = output + done, end = o + (4 * rounds); o != end; o += 4)
                {
                    p0 += Four(s0, p0, entries, o);
                    p1 += Four(s1, p1, entries, o + part);
                    p2 += Four(s2, p2, entries, o + part + part);
                    p3 += Four(s3, p3, entries, o + part + part + part);
                }

                done += (int)(4 * rounds);
            }
        }

        ReadStream(source[starts[0]..starts[1]], table, symbols[..part], done, p0);
        ReadStream(source[starts[1]..starts[2]], table, symbols[part..(2 * part)], done, p1);
        ReadStream(source[starts[2]..starts[3]], table, symbols[(2 * part)..(3 * part)], done, p2);
        ReadStream(source[starts[3]..starts[4]], table, symbols[(3 * part)..], done, p3);
    }

    private static long Rounds(int bytes, long bit)
    {
        long left = bytes - 8 - (bit >> 3);
        return left < 0 ? 0 : (left / 6) + 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe int Four(byte* stream, long bit, ushort* table, byte* output)
    {
        ulong window = Unsafe.ReadUnaligned<ulong>(stream + (bit >> 3)) >> ((int)bit & 7);
        uint a = table[(uint)window & (TableSize - 1)];
        window >>= (int)a;
        uint b = table[(uint)window & (TableSize - 1)];
        window >>= (int)b;
        uint c = table[(uint)window & (TableSize - 1)];
        window >>= (int)c;
        uint d = table[(uint)window & (TableSize - 1)];
        output[0] = (byte)(a >> 8);
        output[1] = (byte)(b >> 8);
        output[2] = (byte)(c >> 8);
        output[3] = (byte)(d >> 8);
        return (int)((a + b + c + d) & 0xFF);
    }

    // Reads the symbols from index 'from' on, whose codewords begin at 'bit', and checks that the stream ends with the last one.
    private static void ReadStream(ReadOnlySpan<byte> stream, ReadOnlySpan<ushort> table, Span<byte> symbols, int from, long bit)
    {
        long end = 8L * stream.Length;
        for (int i = from; i < symbols.Length; i++)
        {
            ushort entry = table[(int)(Peek(stream, bit) & (TableSize - 1))];
            symbols[i] = (byte)(entry >> 8);
            bit += (byte)entry;
            if (bit > end) throw new FrameException(FrameError.BadCode, "The frame's symbols run past the end of their stream: send it again.");
        }

        if (end - bit >= 8 || (bit < end && Peek(stream, bit) != 0))
            throw new FrameException(FrameError.BadCode, "The frame's stream goes on after its last symbol: send it again.");
    }

    private static ulong Peek(ReadOnlySpan<byte> stream, long bit)
    {
        int position = (int)(bit >> 3);
        if (position <= stream.Length - 8) return BinaryPrimitives.ReadUInt64LittleEndian(stream[position..]) >> ((int)bit & 7);
        ulong window = 0;
        for (int i = position; i < stream.Length; i++) window |= (ulong)stream[i] << (8 * (i - position));
        return window >> ((int)bit & 7);
    }

    private static FrameException TooShort() =>
        new(FrameError.BadLength, "The frame's payload is shorter than its symbols: send it again.");
}
