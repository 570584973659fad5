using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

/// <summary>What the dense codec promises beyond what every codec does.</summary>
public sealed class DenseCodecTests
{
    public static TheoryData<int> Qualities => [2, 3, 4, 7, 10, 16, 33, 64];

    [Theory]
    [MemberData(nameof(Qualities))]
    public void RoundTrip_OfOrdinaryValues_IsWithinOneAndAHalfSteps(int quality)
    {
        foreach (float[] values in new[] { Activations.Relu(5000, 0.7, 1), Activations.Linear(5000, 2), Activations.Relu(5000, 0, 3) })
        {
            float[] decoded = Frames.RoundTrip(CodecSpec.Dense(quality), values);
            double step = 4 * Math.Sqrt(values.Where(v => v != 0).Average(v => (double)v * v)) / quality;
            for (int i = 0; i < values.Length; i++) Assert.InRange(Math.Abs(values[i] - decoded[i]), 0, 1.5001 * step);
        }
    }

    [Theory]
    [MemberData(nameof(Qualities))]
    public void RoundTrip_OfZeros_IsExact(int quality)
    {
        float[] values = Activations.Relu(4000, 0.6, 4);
        float[] decoded = Frames.RoundTrip(CodecSpec.Dense(quality), values);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == 0) Assert.Equal(0, BitConverter.SingleToInt32Bits(decoded[i]));
            Assert.True(decoded[i] >= 0);
        }
    }

    [Theory]
    [InlineData(3.7f)]
    [InlineData(-1e-30f)]
    [InlineData(float.MaxValue)]
    [InlineData(float.Epsilon)]
    public void RoundTrip_WhereAllButZeroHasOneMagnitude_IsExact(float magnitude)
    {
        Random random = new(1);
        float[] values = [.. Enumerable.Range(0, 900).Select(_ => random.Next(40) == 0 ? random.Next(2) == 0 ? magnitude : -magnitude : 0)];
        Assert.Equal(values, Frames.RoundTrip(CodecSpec.Dense(5), values));
    }

    [Fact]
    public void RoundTrip_OfValuesFarOutOfRange_KeepsThemExactly()
    {
        float[] values = Activations.Relu(3000, 0.5, 5);
        values[7] = 1e9f;
        values[100] = float.NaN;
        values[2999] = float.NegativeInfinity;
        // The large one makes the scale so large that all others fall to zero; a trained scale does not move.
        TensorShape shape = new(30, 10, 10);
        CodecTablesTrainer trainer = new(shape);
        trainer.Add(Activations.Relu(3000, 0.5, 6));
        float[] decoded = Code(new DenseCodec(8, trainer.Train()), values, shape, out _);
        Assert.Equal(1e9f, decoded[7]);
        Assert.Equal(BitConverter.SingleToInt32Bits(float.NaN), BitConverter.SingleToInt32Bits(decoded[100]));
        Assert.Equal(float.NegativeInfinity, decoded[2999]);
        Assert.True(decoded.Count(v => v != 0) > 700);
    }

    [Fact]
    public void RoundTrip_OfValuesThatNobodyExpects_Ends()
    {
        foreach (float[] values in new[] { Activations.Wild(4000, 1), Activations.Denormal(4000, 2), Activations.WithNonFinite(Activations.Linear(4000, 3), 0.3, 4) })
        {
            foreach (int quality in new[] { 2, 64 })
            {
                float[] decoded = Frames.RoundTrip(CodecSpec.Dense(quality), values);
                Assert.All(values.Zip(decoded), p => Assert.Equal(float.IsFinite(p.First), float.IsFinite(p.Second)));
            }
        }
    }

    [Fact]
    public void Encode_WithFinerSteps_TakesMoreBytesAndLosesLess()
    {
        TensorShape shape = new(1, 24, 16, 16);
        float[] values = Smooth(shape, 1);
        (double Bytes, double Error) before = (0, double.MaxValue);
        foreach (int quality in new[] { 2, 4, 8, 16, 32, 64 })
        {
            float[] decoded = Code(new DenseCodec(quality), values, shape, out int bytes);
            double error = values.Zip(decoded, (a, b) => (double)(a - b) * (a - b)).Sum();
            Assert.True(bytes > before.Bytes && error < before.Error, $"dense:{quality}: {bytes} bytes, error {error}");
            before = (bytes, error);
        }
    }

    [Fact]
    public void Encode_OfSparseValues_TakesLessThanABitPerValue()
    {
        TensorShape shape = new(64, 20, 20);
        float[] values = Activations.Relu(64 * 400, 0.93, 3);
        Code(new DenseCodec(4), values, shape, out int bytes);
        Assert.InRange(8.0 * bytes / values.Length, 0.1, 0.8);
    }

    [Fact]
    public void Encode_OfNoise_TakesAtMostAByteAndASignPerValue()
    {
        Random random = new(3);
        float[] values = [.. Enumerable.Range(0, 5000).Select(_ => (float)Math.Pow(10, random.NextDouble() * 2.4) * (random.Next(2) == 0 ? 1 : -1))];
        ITensorCodec codec = new DenseCodec(64);
        Code(codec, values, new TensorShape(50, 10, 10), out int bytes);
        Assert.InRange(bytes, 1, (5000 * 9 / 8) + 100);
    }

    [Fact]
    public void Encode_OfFixedValues_IsTheSameFrameEverywhere()
    {
        // The frame of this release on the first processor it was made on: another processor, or a change of the codec, must not change it.
        TensorShape shape = new(1, 24, 16, 16);
        Random random = new(1);
        CodecTables tables = CodecTables.Of(shape, 0.8f, [.. Enumerable.Range(0, 24).Select(c => DenseStateTests.Invent(random, c))]);
        string[] hashes = [.. new ITensorCodec[] { new DenseCodec(7), new DenseCodec(40), new DenseCodec(7, tables) }.Select(codec =>
        {
            ArrayBufferWriter<byte> output = new();
            codec.Encode(Smooth(shape, 1), shape, output);
            return Convert.ToHexString(SHA256.HashData(output.WrittenSpan))[..16];
        })];
        Assert.Equal(string.Join(" ", Pinned), string.Join(" ", hashes));
    }

    [Fact]
    public void Encode_WithTrainedTables_TakesFewerBytesForOtherValuesOfTheSameKind()
    {
        TensorShape shape = new(1, 40, 12, 12);
        CodecTablesTrainer trainer = new(shape);
        for (int seed = 10; seed < 40; seed++) trainer.Add(Smooth(shape, seed));
        CodecTables tables = trainer.Train()!;
        double plain = 0, trained = 0;
        for (int seed = 0; seed < 5; seed++)
        {
            float[] values = Smooth(shape, seed);
            Code(new DenseCodec(7), values, shape, out int bytes);
            plain += bytes;
            Code(new DenseCodec(7, tables), values, shape, out bytes);
            trained += bytes;
        }

        Assert.True(trained < 0.97 * plain, $"{trained} bytes with tables, {plain} without");
    }

    [Fact]
    public void Decode_WithOtherTables_IsRefused()
    {
        TensorShape shape = new(8, 8, 8);
        CodecTablesTrainer trainer = new(shape);
        trainer.Add(Activations.Relu(512, 0.5, 1));
        CodecTables tables = trainer.Train()!;
        ArrayBufferWriter<byte> output = new();
        new DenseCodec(7, tables).Encode(Activations.Relu(512, 0.5, 2), shape, output);
        FrameException e = Assert.Throws<FrameException>(() => TensorCodecs.Get(CodecSpec.Dense(7)).Decode(output.WrittenSpan, shape, new float[512]));
        Assert.Equal(FrameError.BadParameters, e.Error);
        TensorCodecs.Get(CodecSpec.Dense(7), tables).Decode(output.WrittenSpan, shape, new float[512]);
    }

    [Fact]
    public void Encode_WithTablesOfAnotherShape_IsRefused()
    {
        CodecTablesTrainer trainer = new(new TensorShape(8, 8, 8));
        trainer.Add(Activations.Relu(512, 0.5, 1));
        DenseCodec codec = new(7, trainer.Train());
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => codec.Encode(new float[512], new TensorShape(8, 64), new ArrayBufferWriter<byte>())).Kind);
    }

    [Theory]
    [InlineData(8, 0x7FC00000u)] // the step, not a number
    [InlineData(8, 0x80000000u)] // −0
    [InlineData(8, 0xBF800000u)] // −1
    [InlineData(0, 1u)] // tables that nobody named
    [InlineData(4, 0u)] // no step, and no tables that say one
    [InlineData(4, 0x80000000u)] // a flag that nobody knows
    public void Decode_WithParametersThatAreNone_IsRefused(int offset, uint value)
    {
        TensorShape shape = new(4, 5, 5);
        byte[] frame = Frames.Encode(CodecSpec.Dense(6), Activations.Relu(100, 0.5, 1), shape);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(FrameHeader.Read(frame).HeaderBytes + offset), value);
        FrameHeader.Seal(frame);
        Assert.Equal(FrameError.BadParameters, Assert.Throws<FrameException>(() => Frames.Decode(CodecSpec.Dense(6), frame, shape)).Error);
    }

    [Fact]
    public void Encode_WithTrainedTables_SendsNoStep()
    {
        TensorShape shape = new(1, 3, 4, 5);
        CodecTablesTrainer trainer = new(shape);
        trainer.Add(Activations.Relu(60, 0.5, 1));
        float[] zeros = new float[60], one = new float[60];
        Array.Fill(one, 2.5f);
        int fixedBytes = FrameHeader.Length(shape) + 8;
        Code(new DenseCodec(7, trainer.Train()), zeros, shape, out int bytes);
        // Of zeros the step is 0, and so it is sent, but nothing else.
        Assert.Equal(fixedBytes + 4, bytes);
        Code(new DenseCodec(7), Activations.Relu(60, 0.5, 2), shape, out int plain);
        Code(new DenseCodec(7, trainer.Train()), Activations.Relu(60, 0.5, 2), shape, out int trained);
        Assert.InRange(trained, fixedBytes + 1, fixedBytes + 60);
        Assert.InRange(plain, fixedBytes + 5, fixedBytes + 60);
        Assert.Equal(one, Code(new DenseCodec(7, trainer.Train()), one, shape, out _));
    }

    // Each channel a smooth hill of its own somewhere, cut off at zero: neighbours and channels resemble one another.
    private static float[] Smooth(TensorShape shape, int seed)
    {
        int width = (int)shape[shape.Rank - 1], height = (int)shape[shape.Rank - 2], channels = (int)(shape.ElementCount / (width * height));
        Random random = new(seed);
        (double X, double Y) centre = (random.NextDouble() * width, random.NextDouble() * height);
        float[] values = new float[shape.ElementCount];
        for (int c = 0, i = 0; c < channels; c++)
        {
            double gain = (c * 37 % 17) / 8.0, bias = (c * 11 % 7) / 6.0;
            for (int y = 0; y < height; y++)
            {
                for (int x = 0; x < width; x++, i++)
                {
                    double distance = ((x - centre.X) * (x - centre.X)) + ((y - centre.Y) * (y - centre.Y));
                    values[i] = (float)Math.Max(0, (gain * 40 / (20 + distance)) - bias + (random.NextDouble() * 0.4));
                }
            }
        }

        return values;
    }

    private static float[] Code(ITensorCodec codec, float[] values, TensorShape shape, out int bytes)
    {
        ArrayBufferWriter<byte> output = new();
        codec.Encode(values, shape, output);
        bytes = output.WrittenCount;
        float[] decoded = new float[values.Length];
        codec.Decode(output.WrittenSpan, shape, decoded);
        return decoded;
    }

    private static readonly string[] Pinned = ["51D35FACED095FF4", "F4DEE602D7A7CD6D", "B963C144ABF8CEF0"];
}
