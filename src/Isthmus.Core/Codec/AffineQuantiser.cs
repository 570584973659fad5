using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Isthmus.Core.Codec;

/// <summary>
/// The min-max affine quantiser of JALAD (ICPADS 2018): q = round((2^c − 1)·(v − min)/(max − min)), and back
/// v̂ = min + q·(max − min)/(2^c − 1). It computes in double precision, in which neither max − min of two floats overflows nor
/// a denormal range loses digits, rounds to nearest even, and takes the same three operations in the same order on every path,
/// so that every processor gets the same bits.
/// </summary>
/// <remarks>|v − v̂| ≤ (max − min)/(2·(2^c − 1)), and half a unit in the last place of v̂ for its rounding to float.</remarks>
internal readonly struct AffineQuantiser
{
    // Adding 1.5·2^52 leaves the sum's integer part, rounded to nearest even, in the lowest bits of its significand.
    private const double Rounder = 6755399441055744.0;

    private readonly double _min;
    private readonly double _scale;
    private readonly double _step;
    private readonly float _max;
    private readonly int _bits;

    /// <summary>Creates the quantiser of a range that is not a single value.</summary>
    /// <param name="min">The least value, finite.</param>
    /// <param name="max">The greatest value, finite, above <paramref name="min"/>.</param>
    /// <param name="bits">c: 1…8 or 16.</param>
    public AffineQuantiser(float min, float max, int bits)
    {
        int levels = (1 << bits) - 1;
        double range = (double)max - min;
        _min = min;
        _max = max;
        _scale = levels / range;
        _step = range / levels;
        _bits = bits;
    }

    /// <summary>Quantises to c ≤ 8 bits. Of a value that is not finite the index is undefined.</summary>
    /// <param name="values">n values within the range.</param>
    /// <param name="indices">Receives n indices.</param>
    public void Quantise(ReadOnlySpan<float> values, Span<byte> indices)
    {
        if (Vector512.IsHardwareAccelerated && values.Length >= Vector512<byte>.Count) Quantise512(values, indices, default);
        else if (Vector256.IsHardwareAccelerated && values.Length >= Vector256<byte>.Count) Quantise256(values, indices, default);
        else if (Vector128.IsHardwareAccelerated && values.Length >= Vector128<byte>.Count) Quantise128(values, indices, default);
        else QuantiseScalar(values, indices, default);
    }

    /// <summary>Quantises to 16 bits, in two planes. Of a value that is not finite the index is undefined.</summary>
    /// <param name="values">n values within the range.</param>
    /// <param name="high">Receives the n upper bytes of the indices.</param>
    /// <param name="low">Receives the n lower bytes.</param>
    public void Quantise(ReadOnlySpan<float> values, Span<byte> high, Span<byte> low)
    {
        if (low.Length < values.Length) throw new ArgumentException("The planes are too short.", nameof(low));
        if (Vector512.IsHardwareAccelerated && values.Length >= Vector512<byte>.Count) Quantise512(values, high, low);
        else if (Vector256.IsHardwareAccelerated && values.Length >= Vector256<byte>.Count) Quantise256(values, high, low);
        else if (Vector128.IsHardwareAccelerated && values.Length >= Vector128<byte>.Count) Quantise128(values, high, low);
        else QuantiseScalar(values, high, low);
    }

    /// <summary>The reference: one value after another. The low plane is empty when c ≤ 8.</summary>
    internal void QuantiseScalar(ReadOnlySpan<float> values, Span<byte> high, Span<byte> low)
    {
        for (int i = 0; i < values.Length; i++)
        {
            int index = (ushort)BitConverter.DoubleToInt64Bits(((values[i] - _min) * _scale) + Rounder);
            if (low.IsEmpty)
            {
                high[i] = (byte)index;
            }
            else
            {
                high[i] = (byte)(index >> 8);
                low[i] = (byte)index;
            }
        }
    }

    internal void Quantise512(ReadOnlySpan<float> values, Span<byte> high, Span<byte> low)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high.Length, values.Length);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte upper = ref MemoryMarshal.GetReference(high);
        ref byte lower = ref MemoryMarshal.GetReference(low);
        bool two = !low.IsEmpty;
        Vector512<double> min = Vector512.Create(_min);
        Vector512<double> scale = Vector512.Create(_scale);
        int last = values.Length - Vector512<byte>.Count;
        for (int i = 0; ; i += Vector512<byte>.Count)
        {
            // The last block overlaps the one before it, and computes the same again.
            i = Math.Min(i, last);
            Vector512<ushort> a = Indices512(ref Unsafe.Add(ref source, i), min, scale);
            Vector512<ushort> b = Indices512(ref Unsafe.Add(ref source, i + Vector512<ushort>.Count), min, scale);
            if (two)
            {
                Vector512.Narrow(a >>> 8, b >>> 8).StoreUnsafe(ref upper, (nuint)i);
                Vector512.Narrow(a & Vector512.Create((ushort)255), b & Vector512.Create((ushort)255)).StoreUnsafe(ref lower, (nuint)i);
            }
            else
            {
                Vector512.Narrow(a, b).StoreUnsafe(ref upper, (nuint)i);
            }

            if (i == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ushort> Indices512(ref float source, Vector512<double> min, Vector512<double> scale)
    {
        (Vector512<double> a, Vector512<double> b) = Vector512.Widen(Vector512.LoadUnsafe(ref source));
        (Vector512<double> c, Vector512<double> d) = Vector512.Widen(Vector512.LoadUnsafe(ref source, (nuint)Vector512<float>.Count));
        Vector512<double> rounder = Vector512.Create(Rounder);
        a = ((a - min) * scale) + rounder;
        b = ((b - min) * scale) + rounder;
        c = ((c - min) * scale) + rounder;
        d = ((d - min) * scale) + rounder;
        return Vector512.Narrow(Vector512.Narrow(a.AsUInt64(), b.AsUInt64()), Vector512.Narrow(c.AsUInt64(), d.AsUInt64()));
    }

    internal void Quantise256(ReadOnlySpan<float> values, Span<byte> high, Span<byte> low)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high.Length, values.Length);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte upper = ref MemoryMarshal.GetReference(high);
        ref byte lower = ref MemoryMarshal.GetReference(low);
        bool two = !low.IsEmpty;
        Vector256<double> min = Vector256.Create(_min);
        Vector256<double> scale = Vector256.Create(_scale);
        int last = values.Length - Vector256<byte>.Count;
        for (int i = 0; ; i += Vector256<byte>.Count)
        {
            i = Math.Min(i, last);
            Vector256<ushort> a = Indices256(ref Unsafe.Add(ref source, i), min, scale);
            Vector256<ushort> b = Indices256(ref Unsafe.Add(ref source, i + Vector256<ushort>.Count), min, scale);
            if (two)
            {
                Vector256.Narrow(a >>> 8, b >>> 8).StoreUnsafe(ref upper, (nuint)i);
                Vector256.Narrow(a & Vector256.Create((ushort)255), b & Vector256.Create((ushort)255)).StoreUnsafe(ref lower, (nuint)i);
            }
            else
            {
                Vector256.Narrow(a, b).StoreUnsafe(ref upper, (nuint)i);
            }

            if (i == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ushort> Indices256(ref float source, Vector256<double> min, Vector256<double> scale)
    {
        (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref source));
        (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)Vector256<float>.Count));
        Vector256<double> rounder = Vector256.Create(Rounder);
        a = ((a - min) * scale) + rounder;
        b = ((b - min) * scale) + rounder;
        c = ((c - min) * scale) + rounder;
        d = ((d - min) * scale) + rounder;
        return Vector256.Narrow(Vector256.Narrow(a.AsUInt64(), b.AsUInt64()), Vector256.Narrow(c.AsUInt64(), d.AsUInt64()));
    }

    internal void Quantise128(ReadOnlySpan<float> values, Span<byte> high, Span<byte> low)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(high.Length, values.Length);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte upper = ref MemoryMarshal.GetReference(high);
        ref byte lower = ref MemoryMarshal.GetReference(low);
        bool two = !low.IsEmpty;
        Vector128<double> min = Vector128.Create(_min);
        Vector128<double> scale = Vector128.Create(_scale);
        int last = values.Length - Vector128<byte>.Count;
        for (int i = 0; ; i += Vector128<byte>.Count)
        {
            i = Math.Min(i, last);
            Vector128<ushort> a = Indices128(ref Unsafe.Add(ref source, i), min, scale);
            Vector128<ushort> b = Indices128(ref Unsafe.Add(ref source, i + Vector128<ushort>.Count), min, scale);
            if (two)
            {
                Vector128.Narrow(a >>> 8, b >>> 8).StoreUnsafe(ref upper, (nuint)i);
                Vector128.Narrow(a & Vector128.Create((ushort)255), b & Vector128.Create((ushort)255)).StoreUnsafe(ref lower, (nuint)i);
            }
            else
            {
                Vector128.Narrow(a, b).StoreUnsafe(ref upper, (nuint)i);
            }

            if (i == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ushort> Indices128(ref float source, Vector128<double> min, Vector128<double> scale)
    {
        (Vector128<double> a, Vector128<double> b) = Vector128.Widen(Vector128.LoadUnsafe(ref source));
        (Vector128<double> c, Vector128<double> d) = Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)Vector128<float>.Count));
        Vector128<double> rounder = Vector128.Create(Rounder);
        a = ((a - min) * scale) + rounder;
        b = ((b - min) * scale) + rounder;
        c = ((c - min) * scale) + rounder;
        d = ((d - min) * scale) + rounder;
        return Vector128.Narrow(Vector128.Narrow(a.AsUInt64(), b.AsUInt64()), Vector128.Narrow(c.AsUInt64(), d.AsUInt64()));
    }

    /// <summary>The value that an index stands for: of the first and the last exactly the minimum and the maximum.</summary>
    public float Value(int index) => index == (1 << _bits) - 1 ? _max : (float)(_min + (index * _step));

    /// <summary>
    /// Values of c ≤ 8 bit indices. The indices may be the last n bytes of the destination's own memory: value i is written
    /// below index i + 1.
    /// </summary>
    [SkipLocalsInit]
    public void Dequantise(ReadOnlySpan<byte> indices, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, indices.Length);
        Span<float> table = stackalloc float[256];
        for (int q = 0; q < table.Length; q++)
            table[q] = q < 1 << _bits ? Value(q) : 0;
        ref float t = ref MemoryMarshal.GetReference(table);
        ref byte source = ref MemoryMarshal.GetReference(indices);
        ref float target = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            ulong eight = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref source, i));
            Unsafe.Add(ref target, i) = Unsafe.Add(ref t, (int)(byte)eight);
            Unsafe.Add(ref target, i + 1) = Unsafe.Add(ref t, (int)(byte)(eight >> 8));
            Unsafe.Add(ref target, i + 2) = Unsafe.Add(ref t, (int)(byte)(eight >> 16));
            Unsafe.Add(ref target, i + 3) = Unsafe.Add(ref t, (int)(byte)(eight >> 24));
            Unsafe.Add(ref target, i + 4) = Unsafe.Add(ref t, (int)(byte)(eight >> 32));
            Unsafe.Add(ref target, i + 5) = Unsafe.Add(ref t, (int)(byte)(eight >> 40));
            Unsafe.Add(ref target, i + 6) = Unsafe.Add(ref t, (int)(byte)(eight >> 48));
            Unsafe.Add(ref target, i + 7) = Unsafe.Add(ref t, (int)(byte)(eight >> 56));
        }

        for (; i < values.Length; i++)
            values[i] = table[indices[i]];
    }

    /// <summary>
    /// Values of 16 bit indices. The upper plane may be the last n bytes of the destination's own memory; the lower one may not
    /// overlap it.
    /// </summary>
    public void Dequantise(ReadOnlySpan<byte> high, ReadOnlySpan<byte> low, Span<float> values)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, high.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, low.Length);
        int done = Vector256.IsHardwareAccelerated ? Dequantise256(high, low, values) : 0;
        for (int i = done; i < values.Length; i++)
            values[i] = Value((high[i] << 8) | low[i]);
    }

    // Eight values at a time; returns how many it did. Unlike the quantiser's, its last block may not overlap the one before:
    // that has overwritten the indices.
    internal int Dequantise256(ReadOnlySpan<byte> high, ReadOnlySpan<byte> low, Span<float> values)
    {
        ref byte upper = ref MemoryMarshal.GetReference(high);
        ref byte lower = ref MemoryMarshal.GetReference(low);
        ref float target = ref MemoryMarshal.GetReference(values);
        int i = 0;
        for (; i <= values.Length - 8; i += 8)
        {
            Vector128<ushort> h = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref upper, i))).AsByte());
            Vector128<ushort> l = Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref lower, i))).AsByte());
            (Vector128<uint> first, Vector128<uint> second) = Vector128.Widen((h << 8) | l);
            Vector256<uint> indices = Vector256.Create(first, second);
            (Vector256<ulong> a, Vector256<ulong> b) = Vector256.Widen(indices);
            Vector256<float> result = Vector256.Narrow(Values256(a), Values256(b));
            Vector256<float> last = Vector256.Equals(indices, Vector256.Create((uint)ushort.MaxValue)).AsSingle();
            Vector256.ConditionalSelect(last, Vector256.Create(_max), result).StoreUnsafe(ref target, (nuint)i);
        }

        return i;
    }

    // An integer below 2^52 under the exponent of 2^52 is 2^52 more than itself.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<double> Values256(Vector256<ulong> indices)
    {
        Vector256<double> two52 = Vector256.Create(4503599627370496.0);
        return Vector256.Create(_min) + (((indices | two52.AsUInt64()).AsDouble() - two52) * Vector256.Create(_step));
    }
}
