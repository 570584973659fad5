using System.Buffers.Binary;
using Isthmus.Core.Errors;

namespace Isthmus.Inference.Import.FlatBuffers;

/// <summary>
/// The bytes of a FlatBuffers file (flatbuffers.dev, "Internals"), read with every offset checked. Nothing in the file is
/// trusted: a bad offset, size or count is an error, never a read outside of the file. What is copied out of the file counts
/// against a budget, so that a small file whose parts all point at one large vector cannot make the reader work without end.
/// </summary>
internal sealed class FlatBuffer
{
    // More than the largest real model needs by far: shapes, names and operator lists are short, and weights are not copied.
    private const long CopyBudget = 64 << 20;

    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly string _name;
    private long _copied;

    public FlatBuffer(ReadOnlyMemory<byte> bytes, string name)
    {
        _bytes = bytes;
        _name = name;
    }

    /// <summary>Length of the file in bytes.</summary>
    public int Length => _bytes.Length;

    /// <summary>The table that the file begins with.</summary>
    public FlatTable Root() => Table(Indirect(0));

    /// <summary>Whether the file carries this four-letter identifier.</summary>
    public bool HasIdentifier(ReadOnlySpan<byte> identifier) =>
        _bytes.Length >= 8 && _bytes.Span.Slice(4, 4).SequenceEqual(identifier);

    /// <summary>The table at a position.</summary>
    public FlatTable Table(int position)
    {
        long vtable = (long)position - Int32(position);
        if (vtable < 0 || vtable > _bytes.Length - 4) throw Damaged("a table's description lies outside of the file");
        int vtableLength = UInt16((int)vtable);
        int tableLength = UInt16((int)vtable + 2);
        if (vtableLength < 4 || (vtableLength & 1) != 0 || vtable + vtableLength > _bytes.Length) throw Damaged("a table's description has an impossible size");
        if (tableLength < 4 || (long)position + tableLength > _bytes.Length) throw Damaged("a table has an impossible size");
        return new FlatTable(this, position, (int)vtable, vtableLength, tableLength);
    }

    /// <summary>The position that the offset at <paramref name="position"/> leads to.</summary>
    public int Indirect(int position)
    {
        long target = position + (long)UInt32(position);
        if (target == position || target > _bytes.Length - 4) throw Damaged("an offset leads outside of the file");
        return (int)target;
    }

    /// <summary>Position and number of the elements of the vector at <paramref name="position"/>.</summary>
    public (int Start, int Count) Vector(int position, int elementSize)
    {
        uint count = UInt32(position);
        if (count > (uint)(_bytes.Length - position - 4) / (uint)elementSize) throw Damaged("a vector is longer than the file");
        return (position + 4, (int)count);
    }

    /// <summary>Counts bytes that are about to be copied out of the file.</summary>
    public void Spend(long bytes)
    {
        _copied += bytes;
        if (_copied > CopyBudget) throw Damaged("its parts overlap");
    }

    /// <summary>Bytes of the file, not copied.</summary>
    public ReadOnlyMemory<byte> Slice(int position, int length)
    {
        Check(position, length);
        return _bytes.Slice(position, length);
    }

    public byte UInt8(int position) => At(position, 1)[0];

    public ushort UInt16(int position) => BinaryPrimitives.ReadUInt16LittleEndian(At(position, 2));

    public uint UInt32(int position) => BinaryPrimitives.ReadUInt32LittleEndian(At(position, 4));

    public int Int32(int position) => BinaryPrimitives.ReadInt32LittleEndian(At(position, 4));

    public long Int64(int position) => BinaryPrimitives.ReadInt64LittleEndian(At(position, 8));

    public float Single(int position) => BinaryPrimitives.ReadSingleLittleEndian(At(position, 4));

    /// <summary>The error for a file that is not what it should be.</summary>
    public IsthmusException Damaged(string what) =>
        new(ErrorKind.Model, $"{_name} is damaged, or no TFLite model: {what}.");

    private ReadOnlySpan<byte> At(int position, int length)
    {
        Check(position, length);
        return _bytes.Span.Slice(position, length);
    }

    private void Check(int position, int length)
    {
        if (position < 0 || length < 0 || position > _bytes.Length - length) throw Damaged("it ends too early");
    }
}
