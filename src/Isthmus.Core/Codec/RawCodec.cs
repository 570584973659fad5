using System.Buffers;
using System.Runtime.InteropServices;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>The values as they are, bit for bit: IEEE 754 binary32, little-endian.</summary>
public sealed class RawCodec : ITensorCodec
{
    /// <inheritdoc/>
    public CodecSpec Spec => CodecSpec.Raw;

    /// <inheritdoc/>
    public long MaxFrameBytes(TensorShape shape) => FrameHeader.Length(shape) + (4 * shape.ElementCount);

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(output);
        FrameWriter.CheckValues(values.Length, shape);
        FrameWriter frame = new(output, Spec, shape, 4L * values.Length);
        MemoryMarshal.AsBytes(values).CopyTo(frame.Payload);
        frame.Complete();
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination)
    {
        ReadOnlySpan<byte> payload = FrameReader.Open(frame, Spec, expected, destination.Length);
        FrameReader.CheckLength(payload, 4L * destination.Length);
        payload.CopyTo(MemoryMarshal.AsBytes(destination));
    }
}
