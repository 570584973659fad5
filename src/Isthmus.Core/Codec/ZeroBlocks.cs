using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>
/// Leaves the blocks of packed symbols out that are all zero, and says with a bit for each block which they are. Whole rows of channels that found
/// nothing need no decoding then.
/// </summary>
internal readonly struct ZeroBlocks
{
    // From this share of zero blocks on it pays, in percent.
    private const int LeastPercent = 30;

    private readonly ulong _zero;

    /// <summary>Creates the blocks of a packing.</summary>
    /// <param name="packing">How symbols are packed.</param>
    /// <param name="zero">The digit of zero.</param>
    public ZeroBlocks(in SymbolPacking packing, int zero)
    {
        int symbol = 0;
        for (int i = 0; i < packing.Digits; i++) symbol = (symbol * packing.Levels) + zero;
        ZeroSymbol = (byte)symbol;
        _zero = (ulong)symbol * 0x0101_0101_0101_0101UL;
        // About 32 values.
        Words = packing.Digits <= 2 ? 2 : 1;
    }

    /// <summary>The packed symbol of zeros.</summary>
    public byte ZeroSymbol { get; }

    // Eight bytes each.
    private int Words { get; }

    /// <summary>Packed symbols of a block.</summary>
    public int Length => 8 * Words;

    /// <summary>Blocks of a sequence; the last may be cut off.</summary>
    public int Count(int packed) => (packed + Length - 1) / Length;

    /// <summary>Bytes of the bits.</summary>
    public int BitmapBytes(int packed) => (Count(packed) + 7) / 8;

    /// <summary>Whether it pays to leave blocks out.</summary>
    /// <param name="left">Blocks that are not zero.</param>
    /// <param name="blocks">All blocks.</param>
    public static bool Pays(long left, long blocks) => left > 0 && left * 100 <= blocks * (100 - LeastPercent);

    /// <summary>Finds the blocks that are not zero.</summary>
    /// <param name="packed">The sequence.</param>
    /// <param name="bitmap">Receives a bit for each block, lowest first: 1 where it is not zero.</param>
    /// <returns>How many there are.</returns>
    public int Find(ReadOnlySpan<byte> packed, Span<byte> bitmap)
    {
        bitmap.Clear();
        int whole = packed.Length / Length;
        int left = 0;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(packed[..(whole * Length)]);
        int block = 0;
        for (; block + 8 <= whole; block += 8)
        {
            uint bits = 0;
            if (Words == 1)
            {
                for (int i = 0; i < 8; i++) bits |= words[block + i] != _zero ? 1u << i : 0;
            }
            else
            {
                for (int i = 0; i < 8; i++) bits |= ((words[2 * (block + i)] ^ _zero) | (words[(2 * (block + i)) + 1] ^ _zero)) != 0 ? 1u << i : 0;
            }

            bitmap[block / 8] = (byte)bits;
            left += BitOperations.PopCount(bits);
        }

        for (; block * Length < packed.Length; block++)
        {
            ReadOnlySpan<byte> one = packed.Slice(block * Length, Math.Min(Length, packed.Length - (block * Length)));
            if (!one.ContainsAnyExcept(ZeroSymbol)) continue;
            bitmap[block / 8] |= (byte)(1 << (block % 8));
            left++;
        }

        return left;
    }

    /// <summary>Takes the blocks together that are not zero.</summary>
    /// <param name="packed">The sequence.</param>
    /// <param name="bitmap">What <see cref="Find"/> found.</param>
    /// <param name="compact">Receives the blocks, the last filled up with zeros; then a block's length more, of no meaning.</param>
    public void Compact(ReadOnlySpan<byte> packed, ReadOnlySpan<byte> bitmap, Span<byte> compact)
    {
        int whole = packed.Length / Length;
        Span<ulong> target = MemoryMarshal.Cast<byte, ulong>(compact);
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(packed[..(whole * Length)]);
        int at = 0;
        for (int block = 0; block < whole; block++)
        {
            // Copied in any case, and overwritten by the next if it was zero.
            int bit = (bitmap[block / 8] >> (block % 8)) & 1;
            target[at] = words[block * Words];
            if (Words == 2) target[at + 1] = words[(block * 2) + 1];
            at += bit * Words;
        }

        if (whole * Length == packed.Length || ((bitmap[whole / 8] >> (whole % 8)) & 1) == 0) return;
        Span<byte> last = compact.Slice(at * 8, Length);
        last.Fill(ZeroSymbol);
        packed[(whole * Length)..].CopyTo(last);
    }

    /// <summary>How many blocks a bitmap says are not zero; −1 if it says that of blocks that there are not.</summary>
    public int CountLeft(ReadOnlySpan<byte> bitmap, int packed)
    {
        int blocks = Count(packed);
        if (blocks % 8 != 0 && bitmap[^1] >> (blocks % 8) != 0) return -1;
        int left = 0;
        foreach (byte bits in bitmap) left += BitOperations.PopCount(bits);
        return left;
    }

    /// <summary>Puts the blocks back to where they were.</summary>
    /// <param name="compact">The blocks, and a block's length more, of no meaning.</param>
    /// <param name="bitmap">The bits.</param>
    /// <param name="packed">Receives the sequence.</param>
    /// <param name="vectors">Whether to use vectors where the processor has them; the sequence is the same.</param>
    public void Expand(ReadOnlySpan<byte> compact, ReadOnlySpan<byte> bitmap, Span<byte> packed, bool vectors = true)
    {
        int whole = packed.Length / Length;
        ReadOnlySpan<ulong> source = MemoryMarshal.Cast<byte, ulong>(compact);
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(packed[..(whole * Length)]);
        int at = 0;
        int block = 0;
        if (Avx512F.IsSupported && vectors)
        {
            // Eight words at a time: a bit says whether the next one of the source comes, or zero.
            int step = 8 / Words;
            Vector512<ulong> zeros = Vector512.Create(_zero);
            Vector512<ulong> select = Words == 1 ? Vector512.Create(1UL, 2, 4, 8, 16, 32, 64, 128) : Vector512.Create(1UL, 1, 2, 2, 4, 4, 8, 8);
            for (; block + step <= whole && at + 8 <= source.Length; block += step)
            {
                uint bits = (uint)(bitmap[block / 8] >> (block % 8)) & ((1u << step) - 1);
                Vector512<ulong> mask = Vector512.Equals(Vector512.Create((ulong)bits) & select, select);
                Avx512F.Expand(zeros, mask, Vector512.Create(source[at..])).CopyTo(words[(block * Words)..]);
                at += BitOperations.PopCount(bits) * Words;
            }
        }

        for (; block < whole; block++)
        {
            int bit = (bitmap[block / 8] >> (block % 8)) & 1;
            ulong mask = (ulong)-(long)bit;
            for (int i = 0; i < Words; i++) words[(block * Words) + i] = (source[at + i] & mask) | (_zero & ~mask);
            at += bit * Words;
        }

        Span<byte> rest = packed[(whole * Length)..];
        if (rest.IsEmpty) return;
        if (((bitmap[whole / 8] >> (whole % 8)) & 1) == 0) rest.Fill(ZeroSymbol);
        else compact.Slice(at * 8, rest.Length).CopyTo(rest);
    }
}
