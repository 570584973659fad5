using System.Buffers;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Codec;

/// <summary>Writes one frame whose payload length is known beforehand, straight into the output's own memory.</summary>
internal readonly ref struct FrameWriter
{
    private readonly IBufferWriter<byte> _output;
    private readonly Span<byte> _frame;

    /// <summary>Takes memory for the whole frame and writes its header.</summary>
    /// <param name="output">Where the frame goes.</param>
    /// <param name="spec">The codec.</param>
    /// <param name="shape">The tensor's shape.</param>
    /// <param name="payloadBytes">Bytes that the payload will have.</param>
    /// <param name="slack">Bytes after the payload that may be scribbled on.</param>
    public FrameWriter(IBufferWriter<byte> output, CodecSpec spec, TensorShape shape, long payloadBytes, int slack = 0)
    {
        _output = output;
        int header = FrameHeader.Length(shape);
        long length = header + payloadBytes;
        if (length + slack > Array.MaxLength)
            throw new IsthmusException(ErrorKind.Data, $"The frame of a tensor of shape {shape} would take {length} bytes; cut the network where the tensor is smaller.");
        foreach (long d in shape.Dimensions)
        {
            if (d > uint.MaxValue) throw new IsthmusException(ErrorKind.Data, $"A tensor of shape {shape} does not fit a frame: no dimension may exceed {uint.MaxValue}.");
        }

        Span<byte> memory = output.GetSpan((int)length + slack);
        _frame = memory[..(int)length];
        Payload = memory.Slice(header, (int)payloadBytes + slack);
        FrameHeader.Write(_frame, spec, shape, payloadBytes);
    }

    /// <summary>The payload's memory, and the slack after it.</summary>
    public Span<byte> Payload { get; }

    /// <summary>Seals the frame with its checksum and hands it to the output.</summary>
    public void Complete()
    {
        FrameHeader.Seal(_frame);
        _output.Advance(_frame.Length);
    }

    /// <summary>Refuses values that do not fill the shape: the caller's mistake.</summary>
    public static void CheckValues(int values, TensorShape shape)
    {
        if (values != shape.ElementCount)
            throw new ArgumentException($"{values} values do not fill a tensor of shape {shape}.", nameof(values));
    }
}
