using System.Buffers;
using System.Runtime.InteropServices;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Tensors;

/// <summary>
/// A dense tensor in row-major order, little-endian, in memory that it may have rented. Not thread-safe. Dispose it to give
/// rented memory back; its spans must not be used afterwards.
/// </summary>
public sealed class Tensor : IDisposable
{
    private byte[]? _rented;

    private Tensor(ElementType type, TensorShape shape, Memory<byte> bytes, byte[]? rented)
    {
        ElementType = type;
        Shape = shape;
        Bytes = bytes;
        _rented = rented;
    }

    /// <summary>The type of the elements.</summary>
    public ElementType ElementType { get; }

    /// <summary>The dimensions.</summary>
    public TensorShape Shape { get; }

    /// <summary>The elements' bytes: exactly element count × element size of them.</summary>
    public Memory<byte> Bytes { get; private set; }

    /// <summary>The elements of a float32 tensor.</summary>
    /// <exception cref="InvalidOperationException">The tensor is of another type.</exception>
    public Span<float> Floats => ElementType == ElementType.Float32
        ? MemoryMarshal.Cast<byte, float>(Bytes.Span)
        : throw new InvalidOperationException($"The tensor holds {ElementType}, not Float32.");

    /// <summary>A tensor in memory rented from the shared pool. Its content is undefined until written.</summary>
    /// <exception cref="IsthmusException">It would be larger than 2 GiB.</exception>
    public static Tensor Rent(ElementType type, TensorShape shape)
    {
        int length = ByteLength(type, shape);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        return new(type, shape, rented.AsMemory(0, length), rented);
    }

    /// <summary>A float32 tensor with a copy of these values.</summary>
    public static Tensor FromFloats(ReadOnlySpan<float> values, TensorShape shape)
    {
        if (values.Length != shape.ElementCount)
            throw new IsthmusException(ErrorKind.Data, $"{values.Length} values do not fill a tensor of shape {shape}.");
        Tensor tensor = Rent(ElementType.Float32, shape);
        values.CopyTo(tensor.Floats);
        return tensor;
    }

    /// <summary>A tensor over memory that somebody else owns and keeps alive.</summary>
    /// <exception cref="IsthmusException">The memory is not of the size that type and shape say.</exception>
    public static Tensor Over(ElementType type, TensorShape shape, Memory<byte> bytes)
    {
        if (bytes.Length != ByteLength(type, shape))
            throw new IsthmusException(ErrorKind.Data, $"{bytes.Length} bytes are not a {type} tensor of shape {shape}, which takes {ByteLength(type, shape)}.");
        return new(type, shape, bytes, rented: null);
    }

    /// <summary>Bytes that a tensor takes.</summary>
    /// <exception cref="IsthmusException">More than 2 GiB.</exception>
    public static int ByteLength(ElementType type, TensorShape shape)
    {
        long length = shape.ElementCount * type.Size();
        return length <= Array.MaxLength ? (int)length
            : throw new IsthmusException(ErrorKind.Data, $"A {type} tensor of shape {shape} takes {length} bytes; the limit is {Array.MaxLength}.");
    }

    /// <summary>Gives rented memory back.</summary>
    public void Dispose()
    {
        byte[]? rented = Interlocked.Exchange(ref _rented, null);
        if (rented is null) return;
        Bytes = default;
        ArrayPool<byte>.Shared.Return(rented);
    }
}
