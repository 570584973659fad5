using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class FloatRangeTests
{
    private static readonly int[] Counts = [1, 2, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100, 1001];

    [Fact]
    public void Of_FiniteValues_EqualsTheScalarPath()
    {
        foreach (int count in Counts)
        {
            foreach ((string name, float[] values) in Activations.Kinds(count, 7))
            {
                FloatRange range = FloatRange.Of(values);
                FloatRange expected = FloatRange.OfFinite(values);
                Assert.Equal(0, range.NonFinite);
                Assert.Equal(values.Min(), range.Min);
                Assert.Equal(values.Max(), range.Max);
                Assert.True(SameBits(expected, range), $"{name}, {count} values");
            }
        }
    }

    [Fact]
    public void Keys_OnEveryVectorPath_AreTheSame()
    {
        foreach (int count in Counts.Where(c => c >= 32))
        {
            foreach ((_, float[] values) in Activations.Kinds(count, 8))
            {
                ref int p = ref Unsafe.As<float, int>(ref MemoryMarshal.GetReference(values.AsSpan()));
                (int Min, int Max) expected = FloatRange.Keys128(ref p, count);
                Assert.Equal(expected, FloatRange.Keys256(ref p, count));
                Assert.Equal(expected, FloatRange.Keys512(ref p, count));
            }
        }
    }

    [Fact]
    public void Of_ValuesWithNaNAndInfinityAnywhere_LeavesThemOutAndCountsThem()
    {
        float[] special = [float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity];
        for (int at = 0; at < 100; at++)
        {
            float[] values = Activations.Linear(100, at);
            values[at] = special[at % special.Length];
            FloatRange range = FloatRange.Of(values);
            Assert.Equal((values.Where(float.IsFinite).Min(), values.Where(float.IsFinite).Max(), 1), (range.Min, range.Max, range.NonFinite));
        }
    }

    [Fact]
    public void Of_NothingFinite_IsZero()
    {
        Assert.Equal(new FloatRange(0, 0, 0), FloatRange.Of([]));
        Assert.Equal(new FloatRange(0, 0, 2), FloatRange.Of([float.NaN, float.NegativeInfinity]));
    }

    private static bool SameBits(FloatRange a, FloatRange b) =>
        BitConverter.SingleToInt32Bits(a.Min) == BitConverter.SingleToInt32Bits(b.Min)
        && BitConverter.SingleToInt32Bits(a.Max) == BitConverter.SingleToInt32Bits(b.Max);
}
