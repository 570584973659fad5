using System.Buffers.Binary;
using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Protocol;

/// <summary>
/// A named tensor of a message, with its parameters. Owns the tensor: disposing it disposes that. Elements of datatype BYTES are
/// held as the bytes that the binary extension writes: each preceded by its length in 32 bits, little-endian.
/// </summary>
public sealed class InferTensor : IDisposable
{
    /// <summary>A tensor of numbers or booleans.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="tensor">Its content.</param>
    /// <param name="parameters">Its parameters, without those of the binary extension; null for none.</param>
    public InferTensor(string name, Tensor tensor, Parameters? parameters = null)
        : this(name, tensor.ElementType.ProtocolName(), tensor.Shape, tensor, parameters)
    {
    }

    internal InferTensor(string name, string datatype, TensorShape shape, Tensor content, Parameters? parameters)
    {
        Name = name;
        Datatype = datatype;
        Shape = shape;
        Content = content;
        Parameters = parameters ?? [];
    }

    /// <summary>The tensor's name.</summary>
    public string Name { get; }

    /// <summary>The protocol's name of the element type, such as FP32 or BYTES.</summary>
    public string Datatype { get; }

    /// <summary>The shape as the protocol states it; of BYTES, it counts elements, not bytes.</summary>
    public TensorShape Shape { get; }

    /// <summary>The content: for BYTES a UINT8 tensor of all bytes, length prefixes included.</summary>
    public Tensor Content { get; }

    /// <summary>The parameters, without those of the binary extension.</summary>
    public Parameters Parameters { get; }

    /// <summary>Whether the content follows the JSON as bytes, rather than within it as numbers.</summary>
    public bool IsBinary { get; init; } = true;

    /// <summary>How much of it came, if its content was allowed to end early; null if it was not.</summary>
    public Arrival? Arrival { get; init; }

    /// <summary>Opaque bytes as a UINT8 tensor of shape [n]: a frame or an image file.</summary>
    /// <param name="name">The tensor's name.</param>
    /// <param name="bytes">The bytes; the caller keeps them alive until the message is written.</param>
    /// <param name="parameters">What they are: see <see cref="ProtocolNames.Codec"/> and <see cref="ProtocolNames.Input"/>.</param>
    public static InferTensor OfBytes(string name, Memory<byte> bytes, Parameters parameters) =>
        new(name, Tensor.Over(ElementType.UInt8, new(bytes.Length), bytes), parameters);

    /// <summary>The bytes of a UINT8 tensor, or of the only element of a BYTES tensor.</summary>
    /// <exception cref="ProtocolException">It is neither.</exception>
    public ReadOnlyMemory<byte> OpaqueBytes()
    {
        if (Datatype == "UINT8") return Content.Bytes;
        if (Datatype == ProtocolNames.Bytes && Shape.ElementCount == 1 && Content.Bytes.Length >= 4
            && BinaryPrimitives.ReadUInt32LittleEndian(Content.Bytes.Span) == Content.Bytes.Length - 4)
            return Content.Bytes[4..];
        throw new ProtocolException(ProtocolError.BadMember, $"Tensor '{Name}' holds encoded bytes: send them as UINT8 of shape [n], or as one element of BYTES.");
    }

    /// <summary>Gives the content's memory back.</summary>
    public void Dispose() => Content.Dispose();
}
