using System.Buffers;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Codec;

/// <summary>Encoding and decoding in one line.</summary>
internal static class Frames
{
    public static IEnumerable<CodecSpec> AllSpecs => TensorCodecs.All.Select(c => c.Spec);

    public static byte[] Encode(CodecSpec spec, float[] values, TensorShape? shape = null)
    {
        ArrayBufferWriter<byte> output = new();
        TensorCodecs.Get(spec).Encode(values, shape ?? new TensorShape(values.Length), output);
        return output.WrittenSpan.ToArray();
    }

    public static float[] Decode(CodecSpec spec, byte[] frame, TensorShape shape)
    {
        // The last value's neighbours show a decoder that writes beyond its destination.
        float[] guarded = new float[shape.ElementCount + 32];
        Array.Fill(guarded, 12345f);
        TensorCodecs.Get(spec).Decode(frame, shape, guarded.AsSpan(16, (int)shape.ElementCount));
        Assert.All(guarded[..16].Concat(guarded[^16..]), v => Assert.Equal(12345f, v));
        return guarded[16..^16];
    }

    public static float[] RoundTrip(CodecSpec spec, float[] values) => Decode(spec, Encode(spec, values), new TensorShape(values.Length));

    public static int[] Bits(float[] values) => [.. values.Select(BitConverter.SingleToInt32Bits)];
}
