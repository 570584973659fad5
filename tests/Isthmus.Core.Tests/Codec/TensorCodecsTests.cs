using System.Buffers;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

/// <summary>What holds for every codec.</summary>
public sealed class TensorCodecsTests
{
    public static TheoryData<string> Specs => [.. Frames.AllSpecs.Select(s => s.ToString())];

    [Theory]
    [MemberData(nameof(Specs))]
    public void Get_OfEverySpec_IsTheCodecThatSaysSo(string spec)
    {
        CodecSpec parsed = CodecSpec.Parse(spec);
        Assert.Equal(parsed, TensorCodecs.Get(parsed).Spec);
        Assert.Same(TensorCodecs.Get(parsed), TensorCodecs.Get(parsed));
    }

    [Fact]
    public void Get_OfASpecThatIsNone_Throws()
    {
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => TensorCodecs.Get(default)).Kind);
        Assert.Throws<IsthmusException>(() => TensorCodecs.Get(new CodecSpec((CodecKind)77, 8)));
        Assert.Throws<IsthmusException>(() => TensorCodecs.Get(new CodecSpec(CodecKind.Huffman, 9)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("raw:32")]
    [InlineData("huffman")]
    [InlineData("huffman:")]
    [InlineData("huffman:9")]
    [InlineData("huffman:-4")]
    [InlineData("huffman:4:4")]
    [InlineData("2:4")]
    public void Parse_OfATextThatIsNoCodec_SaysWhichThereAre(string text)
    {
        IsthmusException e = Assert.Throws<IsthmusException>(() => CodecSpec.Parse(text));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("choose", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void RoundTrip_OfEveryShape_KeepsIt(string spec)
    {
        CodecSpec parsed = CodecSpec.Parse(spec);
        TensorShape[] shapes = [new(), new(0), new(3, 0, 5), new(1), new(1, 1, 1, 1), new(2, 3, 4), new(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 6)];
        foreach (TensorShape shape in shapes)
        {
            float[] values = [.. Enumerable.Range(0, (int)shape.ElementCount).Select(i => i % 2 == 0 ? 0f : 1f)];
            byte[] frame = Frames.Encode(parsed, values, shape);
            FrameHeader header = FrameHeader.Read(frame);
            Assert.Equal((parsed, shape, (long)frame.Length), (header.Spec, header.Shape, header.FrameBytes));
            Assert.Equal(values, Frames.Decode(parsed, frame, shape));
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Encode_OfAnything_StaysWithinTheLargestFrame(string spec)
    {
        ITensorCodec codec = TensorCodecs.Get(CodecSpec.Parse(spec));
        foreach (int count in new[] { 0, 1, 2, 5, 100, 1023, 1024, 4099 })
        {
            if (count > 0)
            {
                foreach ((string name, float[] values) in Activations.Kinds(count, 3))
                    Assert.True(Frames.Encode(codec.Spec, values).Length <= codec.MaxFrameBytes(new TensorShape(count)), $"{name}, {count} values");
            }

            float[] worst = [.. Enumerable.Range(0, count).Select(i => i == 0 ? 0f : i == 1 ? 1f : float.NaN)];
            Assert.True(Frames.Encode(codec.Spec, worst).Length <= codec.MaxFrameBytes(new TensorShape(count)), $"{count} values");
        }
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void Encode_AfterOtherOutput_AppendsToIt(string spec)
    {
        CodecSpec parsed = CodecSpec.Parse(spec);
        float[] first = Activations.Relu(3000, 0.5, 1);
        float[] second = Activations.Linear(100, 2);
        ArrayBufferWriter<byte> output = new();
        TensorCodecs.Get(parsed).Encode(first, new TensorShape(3000), output);
        TensorCodecs.Get(parsed).Encode(second, new TensorShape(100), output);
        Assert.Equal([.. Frames.Encode(parsed, first), .. Frames.Encode(parsed, second)], output.WrittenSpan.ToArray());
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void EncodeAndDecode_WithBuffersOfTheWrongLength_AreTheCallersMistake(string spec)
    {
        ITensorCodec codec = TensorCodecs.Get(CodecSpec.Parse(spec));
        Assert.Throws<ArgumentException>(() => codec.Encode(new float[5], new TensorShape(6), new ArrayBufferWriter<byte>()));
        byte[] frame = Frames.Encode(codec.Spec, new float[6]);
        Assert.Throws<ArgumentException>(() => codec.Decode(frame, new TensorShape(6), new float[5]));
    }

    [Theory]
    [MemberData(nameof(Specs))]
    public void EncodeAndDecode_WhenWarm_AllocateNothingLarge(string spec)
    {
        ITensorCodec codec = TensorCodecs.Get(CodecSpec.Parse(spec));
        float[] values = Activations.Relu(200_000, 0.5, 1);
        TensorShape shape = new(values.Length);
        ArrayBufferWriter<byte> output = new((int)codec.MaxFrameBytes(shape) + 64);
        float[] destination = new float[values.Length];

        // The least of some rounds: a garbage collection of another test's makes the pool forget its arrays.
        long allocated = long.MaxValue;
        for (int i = 0; i < 6; i++)
        {
            output.ResetWrittenCount();
            long before = GC.GetAllocatedBytesForCurrentThread();
            codec.Encode(values, shape, output);
            codec.Decode(output.WrittenSpan, shape, destination);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.InRange(allocated, 0, 1024);
    }

    [Fact]
    public void Raw_OfAnything_IsBitExact()
    {
        float[] values = Activations.WithNonFinite(Activations.Wild(3000, 1), 0.2, 2);
        Assert.Equal(Frames.Bits(values), Frames.Bits(Frames.RoundTrip(CodecSpec.Raw, values)));
    }

    [Fact]
    public void Half_OfAnyFiniteValue_IsTheNearestHalfOrTheLargest()
    {
        float[] ties = [.. Enumerable.Range(0, 0x7C00).SelectMany(h =>
        {
            float half = (float)BitConverter.Int16BitsToHalf((short)h);
            float next = (float)BitConverter.Int16BitsToHalf((short)Math.Min(h + 1, 0x7BFF));
            return new[] { half, (half + next) / 2, MathF.BitIncrement((half + next) / 2), -half, -(half + next) / 2 };
        })];
        float[] values = [.. ties, .. Activations.Wild(20_000, 6), .. Activations.Linear(5000, 7), 65504f, 65519f, 65520f, -65536f, float.MaxValue];
        float[] decoded = Frames.RoundTrip(CodecSpec.Half, values);
        for (int i = 0; i < values.Length; i++)
        {
            float expected = (float)(Half)Math.Clamp(values[i], -65504f, 65504f);
            Assert.Equal(BitConverter.SingleToInt32Bits(expected), BitConverter.SingleToInt32Bits(decoded[i]));
        }
    }

    [Fact]
    public void Half_OfNonFiniteValues_KeepsWhatTheyAre()
    {
        float[] values = [1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 1e9f, -0f];
        Assert.Equal([1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, 65504f, -0f], Frames.RoundTrip(CodecSpec.Half, values));
    }
}
