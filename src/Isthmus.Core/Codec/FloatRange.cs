using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Isthmus.Core.Codec;

/// <summary>
/// The least and the greatest value of a tensor. Compared as integers in IEEE 754's total order, in which −0 is below +0, so
/// that the answer is the same on every processor and for every order of the comparisons.
/// </summary>
/// <param name="Min">The least value; 0 if there are no finite values.</param>
/// <param name="Max">The greatest value; 0 if there are no finite values.</param>
/// <param name="NonFinite">How many values are NaN or infinite; Min and Max leave them out.</param>
internal readonly record struct FloatRange(float Min, float Max, int NonFinite)
{
    private const int LargestKey = 0x7F7F_FFFF;

    /// <summary>Whether no value is NaN or infinite.</summary>
    public bool AllFinite => NonFinite == 0;

    /// <summary>The range of these values.</summary>
    public static FloatRange Of(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty) return default;
        // Infinities and NaNs lie outside the finite keys on both sides, so one pass without a test for them is enough to see
        // that there are none.
        (int min, int max) = Keys(values);
        return min >= ~LargestKey && max <= LargestKey ? new(Value(min), Value(max), 0) : OfFinite(values);
    }

    /// <summary>The same, value by value: what the vector paths must equal.</summary>
    public static FloatRange OfFinite(ReadOnlySpan<float> values)
    {
        int min = int.MaxValue;
        int max = int.MinValue;
        int nonFinite = 0;
        foreach (float value in values)
        {
            if (!float.IsFinite(value))
            {
                nonFinite++;
                continue;
            }

            int key = Key(BitConverter.SingleToInt32Bits(value));
            min = Math.Min(min, key);
            max = Math.Max(max, key);
        }

        return nonFinite == values.Length ? new(0, 0, nonFinite) : new(Value(min), Value(max), nonFinite);
    }

    private static (int Min, int Max) Keys(ReadOnlySpan<float> values)
    {
        ref int p = ref Unsafe.As<float, int>(ref MemoryMarshal.GetReference(values));
        if (Vector512.IsHardwareAccelerated && values.Length >= 2 * Vector512<int>.Count) return Keys512(ref p, values.Length);
        if (Vector256.IsHardwareAccelerated && values.Length >= 2 * Vector256<int>.Count) return Keys256(ref p, values.Length);
        if (Vector128.IsHardwareAccelerated && values.Length >= 2 * Vector128<int>.Count) return Keys128(ref p, values.Length);
        int min = int.MaxValue;
        int max = int.MinValue;
        for (int i = 0; i < values.Length; i++)
        {
            int key = Key(Unsafe.Add(ref p, i));
            min = Math.Min(min, key);
            max = Math.Max(max, key);
        }

        return (min, max);
    }

    internal static (int Min, int Max) Keys512(ref int p, int length)
    {
        Vector512<int> min0 = Vector512.Create(int.MaxValue), min1 = min0;
        Vector512<int> max0 = Vector512.Create(int.MinValue), max1 = max0;
        for (int i = 0; ; i += 2 * Vector512<int>.Count)
        {
            // The last block overlaps the one before it: a minimum does not mind.
            i = Math.Min(i, length - (2 * Vector512<int>.Count));
            Vector512<int> a = Vector512.LoadUnsafe(ref p, (nuint)i);
            Vector512<int> b = Vector512.LoadUnsafe(ref p, (nuint)(i + Vector512<int>.Count));
            a ^= Vector512.ShiftRightArithmetic(a, 31) & Vector512.Create(int.MaxValue);
            b ^= Vector512.ShiftRightArithmetic(b, 31) & Vector512.Create(int.MaxValue);
            min0 = Vector512.Min(min0, a);
            max0 = Vector512.Max(max0, a);
            min1 = Vector512.Min(min1, b);
            max1 = Vector512.Max(max1, b);
            if (i == length - (2 * Vector512<int>.Count)) break;
        }

        min0 = Vector512.Min(min0, min1);
        max0 = Vector512.Max(max0, max1);
        return Reduce(Vector256.Min(min0.GetLower(), min0.GetUpper()), Vector256.Max(max0.GetLower(), max0.GetUpper()));
    }

    internal static (int Min, int Max) Keys256(ref int p, int length)
    {
        Vector256<int> min0 = Vector256.Create(int.MaxValue), min1 = min0;
        Vector256<int> max0 = Vector256.Create(int.MinValue), max1 = max0;
        for (int i = 0; ; i += 2 * Vector256<int>.Count)
        {
            i = Math.Min(i, length - (2 * Vector256<int>.Count));
            Vector256<int> a = Vector256.LoadUnsafe(ref p, (nuint)i);
            Vector256<int> b = Vector256.LoadUnsafe(ref p, (nuint)(i + Vector256<int>.Count));
            a ^= Vector256.ShiftRightArithmetic(a, 31) & Vector256.Create(int.MaxValue);
            b ^= Vector256.ShiftRightArithmetic(b, 31) & Vector256.Create(int.MaxValue);
            min0 = Vector256.Min(min0, a);
            max0 = Vector256.Max(max0, a);
            min1 = Vector256.Min(min1, b);
            max1 = Vector256.Max(max1, b);
            if (i == length - (2 * Vector256<int>.Count)) break;
        }

        return Reduce(Vector256.Min(min0, min1), Vector256.Max(max0, max1));
    }

    internal static (int Min, int Max) Keys128(ref int p, int length)
    {
        Vector128<int> min0 = Vector128.Create(int.MaxValue), min1 = min0;
        Vector128<int> max0 = Vector128.Create(int.MinValue), max1 = max0;
        for (int i = 0; ; i += 2 * Vector128<int>.Count)
        {
            i = Math.Min(i, length - (2 * Vector128<int>.Count));
            Vector128<int> a = Vector128.LoadUnsafe(ref p, (nuint)i);
            Vector128<int> b = Vector128.LoadUnsafe(ref p, (nuint)(i + Vector128<int>.Count));
            a ^= Vector128.ShiftRightArithmetic(a, 31) & Vector128.Create(int.MaxValue);
            b ^= Vector128.ShiftRightArithmetic(b, 31) & Vector128.Create(int.MaxValue);
            min0 = Vector128.Min(min0, a);
            max0 = Vector128.Max(max0, a);
            min1 = Vector128.Min(min1, b);
            max1 = Vector128.Max(max1, b);
            if (i == length - (2 * Vector128<int>.Count)) break;
        }

        return Reduce(Vector128.Min(min0, min1), Vector128.Max(max0, max1));
    }

    private static (int Min, int Max) Reduce(Vector256<int> min, Vector256<int> max) =>
        Reduce(Vector128.Min(min.GetLower(), min.GetUpper()), Vector128.Max(max.GetLower(), max.GetUpper()));

    private static (int Min, int Max) Reduce(Vector128<int> min, Vector128<int> max)
    {
        int least = int.MaxValue;
        int greatest = int.MinValue;
        for (int i = 0; i < Vector128<int>.Count; i++)
        {
            least = Math.Min(least, min[i]);
            greatest = Math.Max(greatest, max[i]);
        }

        return (least, greatest);
    }

    // Turns the bits of a float into an integer that is ordered as the floats are; its own inverse.
    private static int Key(int bits) => bits ^ ((bits >> 31) & int.MaxValue);

    private static float Value(int key) => BitConverter.Int32BitsToSingle(Key(key));
}
