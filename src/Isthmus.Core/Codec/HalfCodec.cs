using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// IEEE 754 binary16, little-endian, rounded to nearest even. A finite value beyond ±65504 becomes ±65504, not infinity, which
/// would turn everything behind it into NaN. Infinities stay; NaN stays NaN, its payload may change.
/// </summary>
public sealed class HalfCodec : ITensorCodec
{
    private const float Largest = 65504;

    /// <inheritdoc/>
    public CodecSpec Spec => CodecSpec.Half;

    /// <inheritdoc/>
    public long MaxFrameBytes(TensorShape shape) => FrameHeader.Length(shape) + (2 * shape.ElementCount);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        FrameWriter.CheckValues(values.Length, shape);
        FrameWriter frame = new(output, Spec, shape, 2L * values.Length);
        Convert(values, frame.Payload);
        frame.Complete();
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination)
    {
        ReadOnlySpan<byte> payload = FrameReader.Open(frame, Spec, expected, destination.Length);
        FrameReader.CheckLength(payload, 2L * destination.Length);
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(payload), destination);
    }

    private static void Convert(ReadOnlySpan<float> values, Span<byte> payload)
    {
        Span<Half> halves = MemoryMarshal.Cast<byte, Half>(payload);
        FloatRange range = FloatRange.Of(values);
        TensorPrimitives.ConvertToHalf(values, halves);
        if (range.AllFinite && range.Min >= -Largest && range.Max <= Largest) return;
        for (int i = 0; i < values.Length; i++)
        {
            if (float.IsFinite(values[i]) && Math.Abs(values[i]) > Largest)
                halves[i] = values[i] > 0 ? Half.MaxValue : Half.MinValue;
        }
    }
}
