using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Isthmus.Core.Codec;

/// <summary>
/// The quantiser of few levels: a value becomes round(v / step), clipped to the levels there are, counted from the level of zero, which
/// is exact. Values nearer to zero than the dead zone become zero. What a level means to the receiver is a table of its own
/// (<see cref="ClippingRange.Fit(ReadOnlySpan{float}, int, double, Span{float})"/> makes both).
/// </summary>
/// <remarks>Two double operations in fixed order, rounded to nearest even, on every path: every processor gets the same symbols.</remarks>
public readonly struct LevelQuantiser : IEquatable<LevelQuantiser>
{
    // Adding 1.5·2^52 leaves the sum's integer part, rounded to nearest even, in the lowest bits of its significand.
    private const double Rounder = 6755399441055744.0;

    private readonly double _inverse;

    /// <summary>Creates a quantiser.</summary>
    /// <param name="levels">L, 2…255.</param>
    /// <param name="zero">The level of zero, 0…L − 1.</param>
    /// <param name="step">The distance of two levels, above zero.</param>
    /// <param name="deadZone">From which part of a step on a value is not zero, 0.5…1.</param>
    public LevelQuantiser(int levels, int zero, double step, double deadZone)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(levels, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(levels, 255);
        ArgumentOutOfRangeException.ThrowIfNegative(zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(zero, levels);
        if (!(step > 0) || !double.IsFinite(1 / step)) throw new ArgumentOutOfRangeException(nameof(step), step, "A step is above zero.");
        if (!(deadZone is >= 0.5 and <= 1)) throw new ArgumentOutOfRangeException(nameof(deadZone), deadZone, "A dead zone is 0.5 to 1 steps.");
        Levels = levels;
        Zero = zero;
        Step = step;
        DeadZone = deadZone;
        _inverse = 1 / step;
    }

    /// <summary>L.</summary>
    public int Levels { get; }

    /// <summary>The level of zero.</summary>
    public int Zero { get; }

    /// <summary>The distance of two levels.</summary>
    public double Step { get; }

    /// <summary>From which part of a step on a value is not zero.</summary>
    public double DeadZone { get; }

    /// <summary>Quantises. Of a value that is not finite the symbol is some level.</summary>
    /// <param name="values">n values.</param>
    /// <param name="symbols">Receives n symbols below L.</param>
    public void Quantise(ReadOnlySpan<float> values, Span<byte> symbols)
    {
        if (Vector512.IsHardwareAccelerated && values.Length >= Vector512<byte>.Count) Quantise512(values, symbols);
        else if (Vector256.IsHardwareAccelerated && values.Length >= Vector256<byte>.Count) Quantise256(values, symbols);
        else if (Vector128.IsHardwareAccelerated && values.Length >= Vector128<byte>.Count) Quantise128(values, symbols);
        else QuantiseScalar(values, symbols);
    }

    /// <summary>The reference: one value after another.</summary>
    internal void QuantiseScalar(ReadOnlySpan<float> values, Span<byte> symbols)
    {
        for (int i = 0; i < values.Length; i++)
        {
            double t = values[i] * _inverse;
            if (Math.Abs(t) < DeadZone || double.IsNaN(t)) t = 0;
            t = Math.Min(Math.Max(t, -Zero), Levels - 1 - Zero);
            symbols[i] = (byte)(BitConverter.DoubleToInt64Bits(t + Rounder) + Zero);
        }
    }

    internal void Quantise512(ReadOnlySpan<float> values, Span<byte> symbols)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols.Length, values.Length);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(symbols);
        int last = values.Length - Vector512<byte>.Count;
        for (int i = 0; ; i += Vector512<byte>.Count)
        {
            // The last block overlaps the one before it, and computes the same again.
            i = Math.Min(i, last);
            Vector512<ushort> a = Symbols512(ref Unsafe.Add(ref source, i));
            Vector512<ushort> b = Symbols512(ref Unsafe.Add(ref source, i + Vector512<ushort>.Count));
            (Vector512.Narrow(a, b) + Vector512.Create((byte)Zero)).StoreUnsafe(ref target, (nuint)i);
            if (i == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<ushort> Symbols512(ref float source)
    {
        (Vector512<double> a, Vector512<double> b) = Vector512.Widen(Vector512.LoadUnsafe(ref source));
        (Vector512<double> c, Vector512<double> d) = Vector512.Widen(Vector512.LoadUnsafe(ref source, (nuint)Vector512<float>.Count));
        return Vector512.Narrow(Vector512.Narrow(Rounded(a), Rounded(b)), Vector512.Narrow(Rounded(c), Rounded(d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector512<ulong> Rounded(Vector512<double> v)
    {
        // A NaN is not at or above the dead zone, so it becomes zero.
        Vector512<double> t = v * _inverse;
        t &= Vector512.GreaterThanOrEqual(Vector512.Abs(t), Vector512.Create(DeadZone));
        t = Vector512.MinNative(Vector512.MaxNative(t, Vector512.Create((double)-Zero)), Vector512.Create((double)(Levels - 1 - Zero)));
        return (t + Vector512.Create(Rounder)).AsUInt64();
    }

    internal void Quantise256(ReadOnlySpan<float> values, Span<byte> symbols)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols.Length, values.Length);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(symbols);
        int last = values.Length - Vector256<byte>.Count;
        for (int i = 0; ; i += Vector256<byte>.Count)
        {
            i = Math.Min(i, last);
            Vector256<ushort> a = Symbols256(ref Unsafe.Add(ref source, i));
            Vector256<ushort> b = Symbols256(ref Unsafe.Add(ref source, i + Vector256<ushort>.Count));
            (Vector256.Narrow(a, b) + Vector256.Create((byte)Zero)).StoreUnsafe(ref target, (nuint)i);
            if (i == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<ushort> Symbols256(ref float source)
    {
        (Vector256<double> a, Vector256<double> b) = Vector256.Widen(Vector256.LoadUnsafe(ref source));
        (Vector256<double> c, Vector256<double> d) = Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)Vector256<float>.Count));
        return Vector256.Narrow(Vector256.Narrow(Rounded(a), Rounded(b)), Vector256.Narrow(Rounded(c), Rounded(d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<ulong> Rounded(Vector256<double> v)
    {
        Vector256<double> t = v * _inverse;
        t &= Vector256.GreaterThanOrEqual(Vector256.Abs(t), Vector256.Create(DeadZone));
        t = Vector256.MinNative(Vector256.MaxNative(t, Vector256.Create((double)-Zero)), Vector256.Create((double)(Levels - 1 - Zero)));
        return (t + Vector256.Create(Rounder)).AsUInt64();
    }

    internal void Quantise128(ReadOnlySpan<float> values, Span<byte> symbols)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(symbols.Length, values.Length);
        ref float source = ref MemoryMarshal.GetReference(values);
        ref byte target = ref MemoryMarshal.GetReference(symbols);
        int last = values.Length - Vector128<byte>.Count;
        for (int i = 0; ; i += Vector128<byte>.Count)
        {
            i = Math.Min(i, last);
            Vector128<ushort> a = Symbols128(ref Unsafe.Add(ref source, i));
            Vector128<ushort> b = Symbols128(ref Unsafe.Add(ref source, i + Vector128<ushort>.Count));
            (Vector128.Narrow(a, b) + Vector128.Create((byte)Zero)).StoreUnsafe(ref target, (nuint)i);
            if (i == last) return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<ushort> Symbols128(ref float source)
    {
        (Vector128<double> a, Vector128<double> b) = Vector128.Widen(Vector128.LoadUnsafe(ref source));
        (Vector128<double> c, Vector128<double> d) = Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)Vector128<float>.Count));
        return Vector128.Narrow(Vector128.Narrow(Rounded(a), Rounded(b)), Vector128.Narrow(Rounded(c), Rounded(d)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector128<ulong> Rounded(Vector128<double> v)
    {
        Vector128<double> t = v * _inverse;
        t &= Vector128.GreaterThanOrEqual(Vector128.Abs(t), Vector128.Create(DeadZone));
        t = Vector128.MinNative(Vector128.MaxNative(t, Vector128.Create((double)-Zero)), Vector128.Create((double)(Levels - 1 - Zero)));
        return (t + Vector128.Create(Rounder)).AsUInt64();
    }

    /// <inheritdoc/>
    public bool Equals(LevelQuantiser other) => (Levels, Zero, Step, DeadZone) == (other.Levels, other.Zero, other.Step, other.DeadZone);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is LevelQuantiser other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Levels, Zero, Step, DeadZone);

    /// <summary>Whether both quantise alike.</summary>
    public static bool operator ==(LevelQuantiser left, LevelQuantiser right) => left.Equals(right);

    /// <summary>Whether they do not.</summary>
    public static bool operator !=(LevelQuantiser left, LevelQuantiser right) => !left.Equals(right);
}
