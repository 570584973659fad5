using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Isthmus.Inference.Tests.Import;

/// <summary>A FlatBuffers table to be written: the simplest writer there is, so that its files are no echo of the reader.</summary>
internal sealed class FlatTableSource
{
    private readonly SortedDictionary<int, object> _fields = [];

    /// <summary>Sets a field: a byte, bool, int, uint, float, string, table, or an array of bytes, ints, longs, floats or tables.</summary>
    public FlatTableSource With(int field, object? value)
    {
        if (value is not null) _fields[field] = value;
        return this;
    }

    public FlatTableSource Copy()
    {
        FlatTableSource copy = new();
        foreach ((int field, object value) in _fields) copy._fields[field] = value;
        return copy;
    }

    /// <summary>A file whose root this table is.</summary>
    public byte[] ToFile(string identifier)
    {
        List<byte> bytes = [0, 0, 0, 0, .. Encoding.ASCII.GetBytes(identifier)];
        Patch(bytes, 0, Append(bytes));
        return [.. bytes];
    }

    // The table's description, the table, then what it refers to: offsets only lead forwards.
    private int Append(List<byte> bytes)
    {
        Align(bytes);
        int fieldCount = _fields.Count == 0 ? 0 : _fields.Keys.Max() + 1;
        int vtable = bytes.Count;
        bytes.AddRange(new byte[4 + (2 * fieldCount)]);
        Align(bytes);
        int table = bytes.Count;
        bytes.AddRange(Int(table - vtable));
        List<(int At, object Value)> references = [];
        foreach ((int field, object value) in _fields)
        {
            byte[]? scalar = value switch
            {
                byte b => [b],
                sbyte b => [(byte)b],
                bool b => [b ? (byte)1 : (byte)0],
                int i => Int(i),
                uint u => Int((int)u),
                float f => Int(BitConverter.SingleToInt32Bits(f)),
                _ => null,
            };
            Set16(bytes, vtable + 4 + (2 * field), bytes.Count - table);
            if (scalar is null) references.Add((bytes.Count, value));
            bytes.AddRange(scalar ?? new byte[4]);
        }

        Set16(bytes, vtable, 4 + (2 * fieldCount));
        Set16(bytes, vtable + 2, bytes.Count - table);
        foreach ((int at, object value) in references) Patch(bytes, at, AppendReferred(bytes, value) - at);
        return table;
    }

    private static int AppendReferred(List<byte> bytes, object value)
    {
        if (value is FlatTableSource table) return table.Append(bytes);
        Align(bytes);
        int start = bytes.Count;
        if (value is FlatTableSource[] tables)
        {
            bytes.AddRange(Int(tables.Length));
            bytes.AddRange(new byte[4 * tables.Length]);
            for (int i = 0; i < tables.Length; i++)
            {
                int at = start + 4 + (4 * i);
                Patch(bytes, at, tables[i].Append(bytes) - at);
            }

            return start;
        }

        (int count, byte[] content) = value switch
        {
            string s => (Encoding.UTF8.GetByteCount(s), [.. Encoding.UTF8.GetBytes(s), (byte)0]),
            byte[] b => (b.Length, b),
            int[] i => (i.Length, MemoryMarshal.AsBytes(i.AsSpan()).ToArray()),
            long[] l => (l.Length, MemoryMarshal.AsBytes(l.AsSpan()).ToArray()),
            float[] f => (f.Length, MemoryMarshal.AsBytes(f.AsSpan()).ToArray()),
            _ => throw new ArgumentException($"{value.GetType()} is no field's type."),
        };
        bytes.AddRange(Int(count));
        bytes.AddRange(content);
        return start;
    }

    private static void Align(List<byte> bytes)
    {
        while (bytes.Count % 4 != 0) bytes.Add(0);
    }

    private static byte[] Int(int value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static void Patch(List<byte> bytes, int at, int value) => Int(value).CopyTo(CollectionsMarshal.AsSpan(bytes)[at..]);

    private static void Set16(List<byte> bytes, int at, int value) => BinaryPrimitives.WriteUInt16LittleEndian(CollectionsMarshal.AsSpan(bytes)[at..], (ushort)value);
}
