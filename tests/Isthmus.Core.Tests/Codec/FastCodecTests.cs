using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

public sealed class FastCodecTests
{
    [Fact]
    public void Get_OfAnyLevels_IsACodecThatRoundTrips()
    {
        float[] values = Activations.Relu(200, 0.5, 1);
        for (int levels = 2; levels <= 255; levels++)
        {
            CodecSpec spec = CodecSpec.Parse($"fast:{levels}");
            Assert.Equal((spec, $"fast:{levels}"), (TensorCodecs.Get(spec).Spec, spec.ToString()));
            float[] decoded = Frames.RoundTrip(spec, values);
            Assert.True(decoded.Distinct().Count() <= levels);
            Assert.All(values.Zip(decoded).Where(p => p.First == 0), p => Assert.Equal(0, BitConverter.SingleToInt32Bits(p.Second)));
        }
    }

    [Theory]
    [InlineData("fast:1")]
    [InlineData("fast:256")]
    [InlineData("fast:")]
    [InlineData("fast")]
    public void Parse_OfLevelsThatThereAreNot_Throws(string text) =>
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => CodecSpec.Parse(text)).Kind);

    [Fact]
    public void Encode_OfSparseActivations_IsBelowOneBitPerValue()
    {
        float[] values = Activations.Relu(100_000, 0.9, 2);
        foreach (int levels in new[] { 2, 3, 4, 6, 8 })
            Assert.InRange(8.0 * Frames.Encode(CodecSpec.Fast(levels), values).Length / values.Length, 0.1, 0.95);
    }

    [Fact]
    public void Encode_OfNoise_StoresThePackedSymbols()
    {
        Random random = new(3);
        float[] values = [.. Enumerable.Range(0, 8000).Select(_ => (float)random.Next(16))];
        byte[] frame = Frames.Encode(CodecSpec.Fast(16), values);
        Assert.Equal(FrameHeader.FixedBytes + 4 + 4 + 2 + 64 + 4000, frame.Length);
        Assert.Equal(FastCodec.Stored, frame[24]);
        Assert.Equal(values, Frames.Decode(CodecSpec.Fast(16), frame, new TensorShape(8000)));
    }

    [Fact]
    public void RoundTrip_OfMoreLevels_IsNeverMuchWorse()
    {
        float[] values = Activations.Linear(20_000, 4);
        double before = double.PositiveInfinity;
        foreach (int levels in new[] { 2, 3, 4, 6, 8, 16, 32, 64, 255 })
        {
            float[] decoded = Frames.RoundTrip(CodecSpec.Fast(levels), values);
            double error = values.Zip(decoded).Sum(p => ((double)p.First - p.Second) * ((double)p.First - p.Second));
            Assert.True(error < 0.9 * before, $"{levels} levels");
            before = error;
        }
    }

    [Fact]
    public void RoundTrip_OfAnyKind_KeepsConstantsAndWhatIsNotFinite()
    {
        foreach (int levels in new[] { 2, 4, 16 })
        {
            foreach ((string kind, float[] finite) in Activations.Kinds(3000, levels))
            {
                float[] values = Activations.WithNonFinite(finite, 0.01, 7);
                float[] decoded = Frames.RoundTrip(CodecSpec.Fast(levels), values);
                for (int i = 0; i < values.Length; i++)
                {
                    if (!float.IsFinite(values[i])) Assert.Equal(BitConverter.SingleToInt32Bits(values[i]), BitConverter.SingleToInt32Bits(decoded[i]));
                    else if (kind == "constant") Assert.Equal(values[i], decoded[i]);
                    else Assert.True(float.IsFinite(decoded[i]));
                }
            }
        }
    }

    [Fact]
    public void Encode_WithTrainedTables_IsSmallerAndDecodesToTheSameValues()
    {
        TensorShape shape = new(1, 16, 14, 14);
        int n = (int)shape.ElementCount;
        int[] all = [2, 3, 4, 6, 8, 16, 100];
        CodecTablesTrainer trainer = new(shape, all);
        for (int seed = 10; seed < 20; seed++) trainer.Add(Activations.Relu(n, 0.7, seed));
        CodecTables tables = trainer.Train()!;
        float[] values = Activations.Relu(n, 0.7, 1);
        foreach (int levels in all)
        {
            ITensorCodec trained = TensorCodecs.Get(CodecSpec.Fast(levels), tables);
            byte[] plain = Frames.Encode(CodecSpec.Fast(levels), values, shape);
            byte[] frame = Encode(trained, values, shape);
            Assert.Equal(FastCodec.Trained, frame[FrameHeader.Length(shape) + 4]);
            Assert.True(frame.Length < plain.Length, $"{levels} levels: {frame.Length} bytes, {plain.Length} without tables");
            Assert.True(frame.Length <= trained.MaxFrameBytes(shape));
            float[] decoded = new float[n];
            trained.Decode(frame, shape, decoded);
            Assert.Equal(Frames.Decode(CodecSpec.Fast(levels), plain, shape), decoded);

            // Nobody decodes it without them or with others.
            Assert.Equal(FrameError.BadParameters, Assert.Throws<FrameException>(() => TensorCodecs.Get(CodecSpec.Fast(levels)).Decode(frame, shape, decoded)).Error);
            trainer.Add(Activations.Relu(n, 0.2, levels));
            ITensorCodec other = TensorCodecs.Get(CodecSpec.Fast(levels), trainer.Train());
            Assert.Equal(FrameError.BadParameters, Assert.Throws<FrameException>(() => other.Decode(frame, shape, decoded)).Error);
            // A frame that brings its own tables needs none.
            trained.Decode(plain, shape, decoded);
        }
    }

    [Fact]
    public void Encode_OfSomethingUnlikeWhatWasTrained_SendsTablesOrStoresIfThatIsSmaller()
    {
        TensorShape shape = new(1, 16, 28, 28);
        int n = (int)shape.ElementCount;
        foreach (int levels in new[] { 3, 4, 8, 16 })
        {
            CodecTablesTrainer trainer = new(shape, [levels]);
            for (int seed = 0; seed < 4; seed++) trainer.Add(Activations.Relu(n, 0.97, seed));
            ITensorCodec trained = TensorCodecs.Get(CodecSpec.Fast(levels), trainer.Train());
            Random random = new(levels);
            float[][] others = [Activations.Relu(n, 0.3, 5), [.. Enumerable.Range(0, n).Select(_ => (float)random.Next(levels))], [.. Enumerable.Range(0, n).Select(i => (float)(i % levels))]];
            foreach (float[] values in others)
            {
                byte[] plain = Frames.Encode(CodecSpec.Fast(levels), values, shape);
                byte[] frame = Encode(trained, values, shape);
                Assert.True(frame.Length <= plain.Length, $"{levels} levels: {frame.Length} bytes, {plain.Length} without tables");
                float[] decoded = new float[n];
                trained.Decode(frame, shape, decoded);
                Assert.Equal(Frames.Decode(CodecSpec.Fast(levels), plain, shape), decoded);
            }
        }
    }

    [Fact]
    public void Encode_WithTablesOfAnotherShape_IsRefused()
    {
        CodecTablesTrainer trainer = new(new TensorShape(1, 4, 5, 5), [4]);
        trainer.Add(Activations.Relu(100, 0.5, 1));
        ITensorCodec codec = TensorCodecs.Get(CodecSpec.Fast(4), trainer.Train());
        Assert.Equal(ErrorKind.Data, Assert.Throws<IsthmusException>(() => Encode(codec, new float[50], new TensorShape(50))).Kind);
    }

    private static byte[] Encode(ITensorCodec codec, float[] values, TensorShape shape)
    {
        System.Buffers.ArrayBufferWriter<byte> output = new();
        codec.Encode(values, shape, output);
        return output.WrittenSpan.ToArray();
    }

    [Fact]
    public void Decode_WithAWrongField_SaysWhichKindOfWrong()
    {
        CodecSpec codec = CodecSpec.Fast(4);
        float[] values = Activations.Relu(9000, 0.7, 1);
        byte[] frame = Frames.Encode(codec, values);
        FrameError With(int at, params byte[] bytes)
        {
            byte[] changed = [.. frame];
            bytes.CopyTo(changed, at);
            FrameHeader.Seal(changed);
            return Assert.Throws<FrameException>(() => Frames.Decode(codec, changed, new TensorShape(9000))).Error;
        }

        Assert.Equal(FrameError.BadParameters, With(6, 1)); // a level
        Assert.Equal(FrameError.BadLength, With(20, 0xFF, 0xFF, 0xFF, 0xFF)); // what is not finite
        Assert.Equal(FrameError.BadCode, With(24, 9)); // mode
        Assert.Equal(FrameError.BadParameters, With(25, 4)); // level of zero
        Assert.Equal(FrameError.BadParameters, With(26, BitConverter.GetBytes(1f))); // which is not zero
        Assert.Equal(FrameError.BadParameters, With(30, BitConverter.GetBytes(float.NaN)));
        Assert.Equal(FrameError.BadParameters, With(42, 4)); // contexts
        Assert.Equal(FrameError.BadParameters, With(43, 1, 0)); // the neighbour above
        Assert.Equal(FrameError.BadParameters, With(43, 1, 4));
        Assert.Equal(FrameError.BadCode, With(frame.Length - 1, (byte)(frame[^1] ^ 1)));
    }
}
