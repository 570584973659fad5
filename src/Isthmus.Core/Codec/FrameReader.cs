using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>Opens a frame: everything that can be checked without knowing the codec is checked here.</summary>
internal static class FrameReader
{
    /// <summary>The payload of a frame that is whole, undamaged, of this codec and of this shape.</summary>
    /// <exception cref="FrameException">It is not.</exception>
    /// <exception cref="ArgumentException">The destination does not have the expected shape's element count: the caller's mistake.</exception>
    public static ReadOnlySpan<byte> Open(ReadOnlySpan<byte> frame, CodecSpec spec, TensorShape expected, int destinationLength)
    {
        if (destinationLength != expected.ElementCount)
            throw new ArgumentException($"A tensor of shape {expected} does not fit {destinationLength} values.", nameof(destinationLength));
        FrameHeader header = FrameHeader.Read(frame);
        if (frame.Length < header.FrameBytes)
            throw new FrameException(FrameError.Truncated, $"The frame ends after {frame.Length} of {header.FrameBytes} bytes: send it again.");
        if (frame.Length > header.FrameBytes)
            throw new FrameException(FrameError.BadLength, $"The frame says that it has {header.FrameBytes} bytes, but {frame.Length} arrived.");
        if (FrameHeader.ComputeChecksum(frame) != header.Checksum)
            throw new FrameException(FrameError.BadChecksum, "The frame was damaged on its way, its checksum does not match: send it again.");
        if (header.Spec != spec)
            throw new FrameException(FrameError.UnknownCodec, $"The frame was made by codec '{header.Spec}', but the plan says '{spec}'.");
        if (header.Shape != expected)
            throw new FrameException(FrameError.WrongShape, $"The frame holds a tensor of shape {header.Shape}, but the plan says {expected}.");
        return frame[header.HeaderBytes..];
    }

    /// <summary>Refuses a payload of another length than the tensor takes.</summary>
    public static void CheckLength(ReadOnlySpan<byte> payload, long bytes)
    {
        if (payload.Length != bytes)
            throw new FrameException(FrameError.BadLength, $"The frame's payload has {payload.Length} bytes, but its tensor takes {bytes}.");
    }
}
