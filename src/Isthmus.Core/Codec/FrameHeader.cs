using System.Buffers.Binary;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>
/// What stands before the payload of a frame; docs/codec.md has the layout byte by byte. It is the frame's own claim: only the
/// decoder, which knows the shape that the plan expects and verifies the checksum, can say whether it is true.
/// </summary>
/// <param name="Spec">The codec that made the frame.</param>
/// <param name="Shape">The tensor's shape.</param>
/// <param name="PayloadBytes">Bytes after the header.</param>
/// <param name="Checksum">CRC-32C of all of the frame's bytes but these four.</param>
public readonly record struct FrameHeader(CodecSpec Spec, TensorShape Shape, long PayloadBytes, uint Checksum)
{
    /// <summary>The version of the frame that this code writes and reads.</summary>
    public const byte Version = 1;

    internal const uint Magic = 0x46545349; // "ISTF"
    internal const int FixedBytes = 16;
    internal const int ChecksumOffset = 8;

    /// <summary>Bytes of the header itself: 16, and 4 for each dimension.</summary>
    public int HeaderBytes => Length(Shape);

    /// <summary>Bytes of the whole frame.</summary>
    public long FrameBytes => HeaderBytes + PayloadBytes;

    /// <summary>Reads the header from the first bytes of a frame, of which there may be more or fewer than it claims.</summary>
    /// <exception cref="FrameException">There are too few bytes for a header, or they are none.</exception>
    public static FrameHeader Read(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < FixedBytes)
            throw new FrameException(FrameError.Truncated, $"The frame has {frame.Length} bytes, too few for its header: send the whole frame.");
        if (BinaryPrimitives.ReadUInt32LittleEndian(frame) != Magic)
            throw new FrameException(FrameError.BadMagic, "The bytes are no activation frame: they do not begin with 'ISTF'.");
        if (frame[4] != Version)
            throw new FrameException(FrameError.UnsupportedVersion, $"The frame has version {frame[4]}; this node reads version {Version}: use the same release of Isthmus on both sides.");
        CodecSpec spec = new((CodecKind)frame[5], frame[6]);
        if (!TensorCodecs.IsKnown(spec.Kind))
            throw new FrameException(FrameError.UnknownCodec, $"The frame's codec id {frame[5]} is not known: use the same release of Isthmus on both sides.");
        if (!TensorCodecs.IsKnown(spec))
            throw new FrameException(FrameError.BadParameters, $"The frame says {frame[6]} as its codec's parameter, which that codec does not have: use the same release of Isthmus on both sides.");
        int rank = frame[7];
        if (rank > TensorShape.MaxRank)
            throw new FrameException(FrameError.WrongShape, $"The frame's tensor has {rank} dimensions; at most {TensorShape.MaxRank} are supported.");
        if (frame.Length < FixedBytes + (4 * rank))
            throw new FrameException(FrameError.Truncated, $"The frame has {frame.Length} bytes, too few for its header: send the whole frame.");

        Span<long> dimensions = stackalloc long[rank];
        for (int i = 0; i < rank; i++)
            dimensions[i] = BinaryPrimitives.ReadUInt32LittleEndian(frame[(FixedBytes + (4 * i))..]);
        TensorShape shape;
        try
        {
            shape = new TensorShape(dimensions);
        }
        catch (IsthmusException e)
        {
            throw new FrameException(FrameError.WrongShape, $"The frame's shape is refused: {e.Message}");
        }

        return new(spec, shape, BinaryPrimitives.ReadUInt32LittleEndian(frame[12..]), BinaryPrimitives.ReadUInt32LittleEndian(frame[ChecksumOffset..]));
    }

    internal static int Length(TensorShape shape) => FixedBytes + (4 * shape.Rank);

    internal static uint ComputeChecksum(ReadOnlySpan<byte> frame) =>
        Crc32C.Finish(Crc32C.Append(Crc32C.Append(Crc32C.Seed, frame[..ChecksumOffset]), frame[(ChecksumOffset + 4)..]));

    /// <summary>Writes the header, all but the checksum.</summary>
    internal static void Write(Span<byte> frame, CodecSpec spec, TensorShape shape, long payloadBytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Magic);
        frame[4] = Version;
        frame[5] = (byte)spec.Kind;
        frame[6] = (byte)spec.Parameter;
        frame[7] = (byte)shape.Rank;
        BinaryPrimitives.WriteUInt32LittleEndian(frame[12..], checked((uint)payloadBytes));
        for (int i = 0; i < shape.Rank; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(frame[(FixedBytes + (4 * i))..], (uint)shape[i]);
    }

    /// <summary>Computes the checksum of a complete frame and writes it into its place.</summary>
    internal static void Seal(Span<byte> frame) =>
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumOffset..], ComputeChecksum(frame));
}
