using System.Runtime.InteropServices;
using System.Text;

namespace Isthmus.Inference.Import.FlatBuffers;

/// <summary>One table of a <see cref="FlatBuffer"/>. A field that is absent has its default, as the format says.</summary>
internal readonly struct FlatTable
{
    private readonly FlatBuffer? _buffer;
    private readonly int _position;
    private readonly int _vtable;
    private readonly int _vtableLength;
    private readonly int _length;

    public FlatTable(FlatBuffer buffer, int position, int vtable, int vtableLength, int length)
    {
        _buffer = buffer;
        _position = position;
        _vtable = vtable;
        _vtableLength = vtableLength;
        _length = length;
    }

    /// <summary>Whether the table was absent; all its fields then have their defaults.</summary>
    public bool IsNull => _buffer is null;

    public int Byte(int field, int absent = 0) => Field(field, 1) is { } at ? _buffer!.UInt8(at) : absent;

    public int SignedByte(int field, int absent = 0) => Field(field, 1) is { } at ? (sbyte)_buffer!.UInt8(at) : absent;

    public bool Bool(int field) => Byte(field) != 0;

    public int Int32(int field, int absent = 0) => Field(field, 4) is { } at ? _buffer!.Int32(at) : absent;

    public uint UInt32(int field) => Field(field, 4) is { } at ? _buffer!.UInt32(at) : 0;

    public ulong UInt64(int field) => Field(field, 8) is { } at ? (ulong)_buffer!.Int64(at) : 0;

    public float Single(int field, float absent) => Field(field, 4) is { } at ? _buffer!.Single(at) : absent;

    /// <summary>The table that a field refers to; a null one if the field is absent.</summary>
    public FlatTable Table(int field) => Field(field, 4) is { } at ? _buffer!.Table(_buffer.Indirect(at)) : default;

    /// <summary>The text of a field, at most <paramref name="limit"/> bytes of it; null if it is absent.</summary>
    public string? Text(int field, int limit)
    {
        if (Field(field, 4) is not { } at) return null;
        (int start, int count) = _buffer!.Vector(_buffer.Indirect(at), 1);
        count = Math.Min(count, limit);
        _buffer.Spend(count);
        return Encoding.UTF8.GetString(_buffer.Slice(start, count).Span);
    }

    /// <summary>A vector of bytes, not copied; empty if it is absent.</summary>
    public ReadOnlyMemory<byte> Bytes(int field)
    {
        if (Field(field, 4) is not { } at) return default;
        (int start, int count) = _buffer!.Vector(_buffer.Indirect(at), 1);
        return _buffer.Slice(start, count);
    }

    /// <summary>A vector of 32-bit integers; empty if it is absent.</summary>
    /// <param name="field">The field.</param>
    /// <param name="limit">A longer one is refused.</param>
    public int[] Int32s(int field, int limit) => Copy<int>(field, limit);

    /// <summary>A vector of 64-bit integers; empty if it is absent.</summary>
    public long[] Int64s(int field, int limit) => Copy<long>(field, limit);

    /// <summary>A vector of floats; empty if it is absent.</summary>
    public float[] Singles(int field, int limit) => Copy<float>(field, limit);

    /// <summary>A vector of tables; empty if it is absent.</summary>
    public FlatTable[] Tables(int field, int limit)
    {
        if (Field(field, 4) is not { } at) return [];
        (int start, int count) = Limited(at, 4, limit);
        FlatTable[] tables = new FlatTable[count];
        for (int i = 0; i < count; i++) tables[i] = _buffer!.Table(_buffer.Indirect(start + (4 * i)));
        return tables;
    }

    private unsafe T[] Copy<T>(int field, int limit)
        where T : unmanaged
    {
        if (Field(field, 4) is not { } at) return [];
        (int start, int count) = Limited(at, sizeof(T), limit);
        T[] values = new T[count];
        _buffer!.Slice(start, count * sizeof(T)).Span.CopyTo(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    private (int Start, int Count) Limited(int at, int size, int limit)
    {
        (int start, int count) = _buffer!.Vector(_buffer.Indirect(at), size);
        if (count > limit) throw _buffer.Damaged($"a list of {count} entries, where at most {limit} make sense");
        _buffer.Spend((long)count * size);
        return (start, count);
    }

    // The vtable holds, after its own length and the table's, one 16-bit offset per field; 0 means absent.
    private int? Field(int field, int size)
    {
        if (_buffer is null || 4 + (2 * field) + 2 > _vtableLength) return null;
        int offset = _buffer.UInt16(_vtable + 4 + (2 * field));
        if (offset == 0) return null;
        if (offset < 4 || offset + size > _length) throw _buffer.Damaged("a field lies outside of its table");
        return _position + offset;
    }
}
