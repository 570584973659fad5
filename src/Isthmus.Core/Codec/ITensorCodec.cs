using System.Buffers;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// Turns a float32 activation into a frame and back. Implementations are thread-safe and keep no state between calls.
/// </summary>
public interface ITensorCodec
{
    /// <summary>Which codec this is; <see cref="CodecSpec.Kind"/> stands in the frame.</summary>
    CodecSpec Spec { get; }

    /// <summary>
    /// The most bytes that a frame of a tensor of this shape can take, so that a receiver can refuse a longer body unread.
    /// </summary>
    long MaxFrameBytes(TensorShape shape);

    /// <summary>Writes one complete frame, header and checksum included.</summary>
    /// <param name="values">The activation in row-major order.</param>
    /// <param name="shape">Its shape; its element count equals the number of values.</param>
    /// <param name="output">Where the frame goes: one call for memory, of about the frame's length.</param>
    /// <exception cref="ArgumentException">The values do not fill the shape.</exception>
    /// <exception cref="Errors.IsthmusException">The frame would be longer than an array can be.</exception>
    void Encode(ReadOnlySpan<float> values, TensorShape shape, IBufferWriter<byte> output);

    /// <summary>Reads one complete frame.</summary>
    /// <param name="frame">The frame: nothing in it is trusted.</param>
    /// <param name="expected">The shape that the plan says the tensor has.</param>
    /// <param name="destination">
    /// Receives the values; its length is the element count of <paramref name="expected"/>. Undefined after an exception.
    /// </param>
    /// <exception cref="FrameException">The frame is damaged, of another codec, or not of the expected shape.</exception>
    void Decode(ReadOnlySpan<byte> frame, TensorShape expected, Span<float> destination);
}
