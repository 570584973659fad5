using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class AffineQuantiserTests
{
    private delegate void Path(AffineQuantiser quantiser, ReadOnlySpan<float> values, Span<byte> high, Span<byte> low);

    // The vector types work on every processor, in software where it lacks them, so every path is tested everywhere.
    private static readonly (string Name, int Block, Path Quantise)[] Paths =
    [
        ("128", 16, static (q, v, h, l) => q.Quantise128(v, h, l)),
        ("256", 32, static (q, v, h, l) => q.Quantise256(v, h, l)),
        ("512", 64, static (q, v, h, l) => q.Quantise512(v, h, l)),
    ];

    public static TheoryData<int> Widths => [1, 2, 3, 4, 5, 6, 7, 8, 16];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Quantise_OnEveryVectorPath_EqualsTheScalarPathBitForBit(int bits)
    {
        foreach (int count in new[] { 16, 17, 32, 63, 64, 65, 127, 128, 129, 1000 })
        {
            foreach ((string kind, float[] values) in Activations.Kinds(count, bits))
            {
                FloatRange range = FloatRange.Of(values);
                if (range.Min == range.Max) continue;
                AffineQuantiser quantiser = new(range.Min, range.Max, bits);
                (byte[] expectedHigh, byte[] expectedLow) = Run(static (q, v, h, l) => q.QuantiseScalar(v, h, l), quantiser, values, bits);
                foreach ((string name, int block, Path path) in Paths)
                {
                    if (count < block) continue;
                    (byte[] high, byte[] low) = Run(path, quantiser, values, bits);
                    Assert.True(expectedHigh.AsSpan().SequenceEqual(high), $"{kind}, {count} values, {bits} bits, {name}");
                    Assert.True(expectedLow.AsSpan().SequenceEqual(low), $"{kind}, {count} values, {bits} bits, {name}");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Quantise_OfATie_RoundsToEven(int bits)
    {
        int levels = (1 << bits) - 1;
        float[] values = [.. Enumerable.Range(0, levels).Select(i => i + 0.5f), 0, levels];
        AffineQuantiser quantiser = new(0, levels, bits);
        (byte[] high, byte[] low) = Run(static (q, v, h, l) => q.QuantiseScalar(v, h, l), quantiser, values, bits);
        for (int i = 0; i < values.Length; i++)
        {
            int index = bits == 16 ? (high[i] << 8) | low[i] : high[i];
            Assert.Equal((int)Math.Round(values[i], MidpointRounding.ToEven), index);
        }
    }

    [Fact]
    public void Value_OfEveryIndex_IsQuantisedBackToIt()
    {
        Random random = new(3);
        for (int round = 0; round < 200; round++)
        {
            float[] ends = Activations.Wild(2, random.Next());
            if (ends[0] == ends[1]) continue;
            int bits = random.Next(1, 9);
            AffineQuantiser quantiser = new(ends.Min(), ends.Max(), bits);
            float[] values = [.. Enumerable.Range(0, 1 << bits).Select(quantiser.Value)];
            byte[] indices = new byte[values.Length];
            quantiser.QuantiseScalar(values, indices, default);
            Assert.Equal(Enumerable.Range(0, 1 << bits), indices.Select(i => (int)i));
        }
    }

    [Fact]
    public void Dequantise_InTheDestinationsOwnMemory_EqualsDequantiseApart()
    {
        AffineQuantiser quantiser = new(-3, 5, 8);
        Random random = new(2);
        for (int count = 1; count < 70; count++)
        {
            byte[] indices = new byte[count];
            random.NextBytes(indices);
            float[] expected = [.. indices.Select(i => quantiser.Value(i))];
            float[] shared = new float[count];
            Span<byte> tail = System.Runtime.InteropServices.MemoryMarshal.AsBytes(shared.AsSpan())[^count..];
            indices.CopyTo(tail);
            quantiser.Dequantise(tail, shared);
            Assert.Equal(expected, shared);
        }
    }

    [Fact]
    public void Dequantise_Of16Bits_EqualsTheScalarPathBitForBit()
    {
        byte[] high = [.. Enumerable.Range(0, 65536).Select(i => (byte)(i >> 8))];
        byte[] low = [.. Enumerable.Range(0, 65536).Select(i => (byte)i)];
        foreach ((string name, float[] values) in Activations.Kinds(500, 4))
        {
            FloatRange range = FloatRange.Of(values);
            if (range.Min == range.Max) continue;
            AffineQuantiser quantiser = new(range.Min, range.Max, 16);
            int[] expected = [.. Enumerable.Range(0, 65536).Select(i => BitConverter.SingleToInt32Bits(quantiser.Value(i)))];
            float[] decoded = new float[65536];
            Assert.Equal(65536, quantiser.Dequantise256(high, low, decoded));
            Assert.True(expected.AsSpan().SequenceEqual(Frames.Bits(decoded)), name);

            // The upper plane in the destination's own memory, and a length that is no multiple of a block.
            foreach (int count in new[] { 65536, 65531, 9, 8, 7, 1 })
            {
                float[] shared = new float[count];
                Span<byte> tail = System.Runtime.InteropServices.MemoryMarshal.AsBytes(shared.AsSpan())[^count..];
                high.AsSpan(0, count).CopyTo(tail);
                quantiser.Dequantise(tail, low.AsSpan(0, count), shared);
                Assert.True(expected.AsSpan(0, count).SequenceEqual(Frames.Bits(shared)), $"{name}, {count} values");
            }
        }
    }

    private static (byte[] High, byte[] Low) Run(Path path, AffineQuantiser quantiser, float[] values, int bits)
    {
        byte[] high = new byte[values.Length];
        byte[] low = bits == 16 ? new byte[values.Length] : [];
        path(quantiser, values, high, low);
        return (high, low);
    }
}
