using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Isthmus.Core.Codec;

/// <summary>
/// Puts as many symbols of L levels into a byte as its coder can use: eight for L = 2, four for 3 and 4, three for 5 and 6, two up to 16, else
/// one. The first symbol is the lowest digit of a number to the base L; what is missing in the last byte is filled up with zeros.
/// </summary>
internal readonly struct SymbolPacking
{
    /// <summary>Creates the packing of L levels, 2…256.</summary>
    public SymbolPacking(int levels)
    {
        Levels = levels;
        Digits = levels switch { 2 => 8, <= 4 => 4, <= 6 => 3, <= 16 => 2, _ => 1 };
        Symbols = 1;
        for (int i = 0; i < Digits; i++) Symbols *= levels;
    }

    /// <summary>L.</summary>
    public int Levels { get; }

    /// <summary>Symbols in a byte.</summary>
    public int Digits { get; }

    /// <summary>Values that a packed byte has: L to the power of the digits, at most 256.</summary>
    public int Symbols { get; }

    /// <summary>The frequencies of packed symbols add up to 2 to this power.</summary>
    public int SlotBits => FrequencyTable.BitsFor(Symbols);

    /// <summary>What the frequencies of packed symbols add up to.</summary>
    public int Slots => 1 << SlotBits;

    /// <summary>Packed bytes of n symbols.</summary>
    public long Bytes(long n) => (n + Digits - 1) / Digits;

    /// <summary>Packs symbols, each below L.</summary>
    public void Pack(ReadOnlySpan<byte> symbols, Span<byte> packed)
    {
        int done = Vector128.IsHardwareAccelerated && Ssse3.IsSupported ? PackVectors(symbols, packed) : 0;
        PackScalar(symbols, packed, done);
    }

    /// <summary>The reference: from the packed byte of this index on.</summary>
    internal void PackScalar(ReadOnlySpan<byte> symbols, Span<byte> packed, int from)
    {
        int bytes = (int)Bytes(symbols.Length);
        for (int b = from; b < bytes; b++)
        {
            int first = b * Digits;
            int value = 0;
            for (int i = Math.Min(first + Digits, symbols.Length) - 1; i >= first; i--) value = (value * Levels) + symbols[i];
            packed[b] = (byte)value;
        }
    }

    // Returns how many bytes it packed.
    internal int PackVectors(ReadOnlySpan<byte> symbols, Span<byte> packed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(packed.Length, Bytes(symbols.Length));
        ref byte source = ref MemoryMarshal.GetReference(symbols);
        ref byte target = ref MemoryMarshal.GetReference(packed);
        int n = symbols.Length;
        int at = 0;
        int i = 0;
        switch (Digits)
        {
            case 8:
                for (; i <= n - 16; i += 16, at += 2)
                {
                    uint bits = (Vector128.LoadUnsafe(ref source, (nuint)i).AsUInt16() << 7).AsByte().ExtractMostSignificantBits();
                    Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, at), (ushort)bits);
                }

                break;
            case 4:
                {
                    Vector128<sbyte> pairs = Vector128.Create((short)(1 | (Levels << 8))).AsSByte();
                    Vector128<short> fours = Vector128.Create(1 | (Levels * Levels << 16)).AsInt16();
                    for (; i <= n - 64; i += 64, at += 16)
                    {
                        Vector128<int> a = Four(ref source, i, pairs, fours);
                        Vector128<int> b = Four(ref source, i + 16, pairs, fours);
                        Vector128<int> c = Four(ref source, i + 32, pairs, fours);
                        Vector128<int> d = Four(ref source, i + 48, pairs, fours);
                        Sse2.PackUnsignedSaturate(Sse2.PackSignedSaturate(a, b), Sse2.PackSignedSaturate(c, d)).StoreUnsafe(ref target, (nuint)at);
                    }

                    break;
                }

            case 3:
                {
                    Vector128<byte> spread = Vector128.Create((byte)0, 1, 2, 255, 3, 4, 5, 255, 6, 7, 8, 255, 9, 10, 11, 255);
                    Vector128<sbyte> pairs = Vector128.Create((short)(1 | (Levels << 8))).AsSByte();
                    Vector128<short> threes = Vector128.Create(1 | (Levels * Levels << 16)).AsInt16();
                    for (; i <= n - 52; i += 48, at += 16)
                    {
                        Vector128<int> a = Three(ref source, i, spread, pairs, threes);
                        Vector128<int> b = Three(ref source, i + 12, spread, pairs, threes);
                        Vector128<int> c = Three(ref source, i + 24, spread, pairs, threes);
                        Vector128<int> d = Three(ref source, i + 36, spread, pairs, threes);
                        Sse2.PackUnsignedSaturate(Sse2.PackSignedSaturate(a, b), Sse2.PackSignedSaturate(c, d)).StoreUnsafe(ref target, (nuint)at);
                    }

                    break;
                }

            case 2:
                {
                    Vector128<sbyte> pairs = Vector128.Create((short)(1 | (Levels << 8))).AsSByte();
                    for (; i <= n - 32; i += 32, at += 16)
                    {
                        Vector128<short> a = Ssse3.MultiplyAddAdjacent(Vector128.LoadUnsafe(ref source, (nuint)i), pairs);
                        Vector128<short> b = Ssse3.MultiplyAddAdjacent(Vector128.LoadUnsafe(ref source, (nuint)(i + 16)), pairs);
                        Sse2.PackUnsignedSaturate(a, b).StoreUnsafe(ref target, (nuint)at);
                    }

                    break;
                }

            default:
                symbols.CopyTo(packed);
                at = n;
                break;
        }

        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Four(ref byte source, int i, Vector128<sbyte> pairs, Vector128<short> fours) =>
        Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(Vector128.LoadUnsafe(ref source, (nuint)i), pairs), fours);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Three(ref byte source, int i, Vector128<byte> spread, Vector128<sbyte> pairs, Vector128<short> threes) =>
        Sse2.MultiplyAddAdjacent(Ssse3.MultiplyAddAdjacent(Ssse3.Shuffle(Vector128.LoadUnsafe(ref source, (nuint)i), spread), pairs), threes);

    /// <summary>Unpacks straight to values.</summary>
    /// <param name="packed">The packed symbols: each below <see cref="Symbols"/>.</param>
    /// <param name="values">The value of each level; at least L of them.</param>
    /// <param name="destination">Receives the values; there are as many as fit it.</param>
    [SkipLocalsInit]
    public void Unpack(ReadOnlySpan<byte> packed, ReadOnlySpan<float> values, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(packed.Length, Bytes(destination.Length));
        int digits = Digits;
        int width = digits == 3 ? 4 : digits; // values in a row of the table
        Span<float> table = stackalloc float[256 * 8];
        for (int i = 0, repeat = 1; i < digits; i++, repeat *= Levels)
        {
            // The digit i of the symbols 0, 1, 2 … stays for L^i of them, then goes on to the next level.
            for (int symbol = 0, left = repeat, level = 0; symbol < Symbols; symbol++)
            {
                table[(symbol * width) + i] = values[level];
                if (--left > 0) continue;
                left = repeat;
                if (++level == Levels) level = 0;
            }
        }

        ref float t = ref MemoryMarshal.GetReference(table);
        ref byte source = ref MemoryMarshal.GetReference(packed);
        ref float target = ref MemoryMarshal.GetReference(destination);
        int full = destination.Length / digits;
        int b = 0;
        switch (digits)
        {
            case 8:
                for (; b < full; b++)
                    Vector256.LoadUnsafe(ref t, (nuint)(8 * Unsafe.Add(ref source, b))).StoreUnsafe(ref target, (nuint)(8 * b));
                break;
            case 4:
                for (; b < full; b++)
                    Vector128.LoadUnsafe(ref t, (nuint)(4 * Unsafe.Add(ref source, b))).StoreUnsafe(ref target, (nuint)(4 * b));
                break;
            case 3:
                // Four values are stored, the fourth of which the next row overwrites.
                for (; b < full - 1; b++)
                    Vector128.LoadUnsafe(ref t, (nuint)(4 * Unsafe.Add(ref source, b))).StoreUnsafe(ref target, (nuint)(3 * b));
                break;
            case 2:
                for (; b < full; b++)
                    Unsafe.WriteUnaligned(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref target, 2 * b)), Unsafe.ReadUnaligned<ulong>(ref Unsafe.As<float, byte>(ref Unsafe.Add(ref t, 2 * Unsafe.Add(ref source, b)))));
                break;
            default:
                for (; b < full; b++) Unsafe.Add(ref target, b) = Unsafe.Add(ref t, Unsafe.Add(ref source, b));
                break;
        }

        for (int i = b * digits; i < destination.Length; i++)
            destination[i] = table[(packed[i / digits] * width) + (i % digits)];
    }
}
