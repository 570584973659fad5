using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

public sealed class HuffmanCodecTests
{
    public static TheoryData<int> Widths => [1, 2, 3, 4, 5, 6, 7, 8, 16];

    // Every length around the blocks of the vector paths, and around the number from which on there are four streams.
    private static readonly int[] Counts = [1, 2, 3, 7, 15, 16, 17, 31, 33, 63, 64, 65, 127, 129, 1000, 1023, 1024, 1025, 1026, 1027, 1028, 5003];

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decode_OfAnyFiniteTensor_IsWithinHalfAStep(int bits)
    {
        foreach (int count in Counts)
        {
            foreach ((string name, float[] values) in Activations.Kinds(count, count))
            {
                float[] decoded = Frames.RoundTrip(CodecSpec.Huffman(bits), values);
                double half = ((double)values.Max() - values.Min()) / (2 * ((1 << bits) - 1));
                for (int i = 0; i < count; i++)
                {
                    double roundingOfV = ((double)MathF.BitIncrement(Math.Abs(decoded[i])) - Math.Abs(decoded[i])) / 2;
                    if (double.IsInfinity(roundingOfV)) roundingOfV = Math.Pow(2, 103);
                    Assert.True(
                        Math.Abs((double)values[i] - decoded[i]) <= (half * (1 + 1e-9)) + roundingOfV,
                        $"{name}, {count} values, {bits} bits: {values[i]:R} became {decoded[i]:R}, half a step is {half:R}.");
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decode_OfTheExtremes_IsExact(int bits)
    {
        float[] farBelow = [-1e30f, 0.1f, -3, .. Activations.Linear(30, 1).Select(v => -Math.Abs(v))];
        foreach (float[] values in Activations.Kinds(2000, 5).Select(k => k.Values).Append(farBelow))
        {
            float[] decoded = Frames.RoundTrip(CodecSpec.Huffman(bits), values);
            Assert.Equal(values.Min(), decoded[Array.IndexOf(values, values.Min())]);
            Assert.Equal(values.Max(), decoded[Array.IndexOf(values, values.Max())]);
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decode_OfAReluOutput_KeepsZerosExactly(int bits)
    {
        float[] values = Activations.Relu(3000, 0.5, 3);
        float[] decoded = Frames.RoundTrip(CodecSpec.Huffman(bits), values);
        Assert.All(Enumerable.Range(0, values.Length).Where(i => values[i] == 0), i => Assert.Equal(0, BitConverter.SingleToInt32Bits(decoded[i])));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decode_OfAConstantTensor_IsBitExactAndItsFrameTiny(int bits)
    {
        float[] constants = [0f, -0f, 1f, -7.5e-42f, float.Epsilon, float.MaxValue, float.MinValue];
        foreach (float constant in constants)
        {
            foreach (int count in new[] { 1, 2, 100, 100_000 })
            {
                float[] values = [.. Enumerable.Repeat(constant, count)];
                byte[] frame = Frames.Encode(CodecSpec.Huffman(bits), values);
                Assert.True(frame.Length <= 32, $"{frame.Length} bytes");
                Assert.Equal(Frames.Bits(values), Frames.Bits(Frames.Decode(CodecSpec.Huffman(bits), frame, new TensorShape(count))));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decode_OfNonFiniteValues_IsBitExactAndLeavesTheOthersWithinHalfAStep(int bits)
    {
        foreach (double share in new[] { 0.001, 0.3, 1.0 })
        {
            float[] values = Activations.WithNonFinite(Activations.Linear(2500, 9), share, 10);
            float[] decoded = Frames.RoundTrip(CodecSpec.Huffman(bits), values);
            float[] finite = [.. values.Where(float.IsFinite)];
            double half = finite.Length == 0 ? 0 : ((double)finite.Max() - finite.Min()) / (2 * ((1 << bits) - 1));
            for (int i = 0; i < values.Length; i++)
            {
                if (float.IsFinite(values[i])) Assert.True(Math.Abs((double)values[i] - decoded[i]) <= half + 1e-6);
                else Assert.Equal(BitConverter.SingleToInt32Bits(values[i]), BitConverter.SingleToInt32Bits(decoded[i]));
            }
        }
    }

    [Fact]
    public void Decode_OfAConstantBesideNaN_IsBitExact()
    {
        float[] values = [2f, float.NaN, 2f, float.NegativeInfinity];
        Assert.Equal(Frames.Bits(values), Frames.Bits(Frames.RoundTrip(CodecSpec.Huffman(4), values)));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Decode_OfTwoValues_IsExact(int bits)
    {
        float[] values = [.. Enumerable.Range(0, 4000).Select(i => i % 5 == 0 ? -1.5f : 2.5f)];
        Assert.Equal(values, Frames.RoundTrip(CodecSpec.Huffman(bits), values));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Encode_OfItsOwnOutput_ChangesNothing(int bits)
    {
        float[] once = Frames.RoundTrip(CodecSpec.Huffman(bits), Activations.Relu(3000, 0.5, 8));
        Assert.Equal(Frames.Bits(once), Frames.Bits(Frames.RoundTrip(CodecSpec.Huffman(bits), once)));
    }

    [Theory]
    [MemberData(nameof(Widths))]
    public void Encode_OfActivations_StaysWithinOneBitOfTheEntropy(int bits)
    {
        float[] values = Activations.Relu(20_000, 0.6, 2);
        int levels = (1 << bits) - 1;
        float max = values.Max();
        // One code per byte of the index: the planes' entropies add up.
        int[] indices = [.. values.Select(v => (int)Math.Round((double)v / max * levels, MidpointRounding.ToEven))];
        double entropy = Entropy(indices.Select(i => i & 255)) + (bits == 16 ? Entropy(indices.Select(i => i >> 8)) : 0);
        double perValue = 8.0 * Frames.Encode(CodecSpec.Huffman(bits), values).Length / values.Length;
        int planes = bits == 16 ? 2 : 1;
        const double Overhead = 8.0 * 2 * (HuffmanCode.MaxTableBytes + 40) / 20_000;
        Assert.InRange(perValue, entropy, entropy + planes + Overhead);
    }

    [Fact]
    public void Encode_OfNoise_DoesNotGrowBeyondTheIndices()
    {
        Random random = new(4);
        float[] values = [.. Enumerable.Range(0, 50_000).Select(_ => random.NextSingle())];
        Assert.InRange(Frames.Encode(CodecSpec.Huffman(8), values).Length, 49_000, 50_100);
        Assert.InRange(Frames.Encode(CodecSpec.Huffman(16), values).Length, 99_000, 100_100);
    }

    [Fact]
    public void Encode_TwiceAndInParallel_GivesTheSameBytes()
    {
        float[] values = Activations.Relu(30_000, 0.5, 1);
        byte[] expected = Frames.Encode(CodecSpec.Huffman(5), values);
        byte[][] frames = new byte[8][];
        Parallel.For(0, frames.Length, i => frames[i] = Frames.Encode(CodecSpec.Huffman(5), values));
        Assert.All(frames, f => Assert.Equal(expected, f));
    }

    private static double Entropy(IEnumerable<int> symbols)
    {
        int[] all = [.. symbols];
        return all.GroupBy(s => s).Sum(g => -(double)g.Count() / all.Length * Math.Log2((double)g.Count() / all.Length));
    }
}
