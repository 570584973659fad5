using System.Buffers.Binary;

namespace Isthmus.Core.Codec;

/// <summary>
/// The values that a quantiser cannot take, NaN and infinities: how many there are, then for each its index (uint32) and its bits. They cross bit for
/// bit, by position, in rising order.
/// </summary>
internal static class NonFiniteList
{
    /// <summary>Bytes before the entries: their number.</summary>
    public const int HeadBytes = 4;

    /// <summary>Bytes of an entry.</summary>
    public const int EntryBytes = 8;

    /// <summary>Writes the list.</summary>
    /// <param name="values">The tensor.</param>
    /// <param name="count">How many of its values are not finite.</param>
    /// <param name="destination">Where the list goes: <see cref="HeadBytes"/> and <see cref="EntryBytes"/> for each.</param>
    public static void Write(ReadOnlySpan<float> values, int count, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt32LittleEndian(destination, count);
        destination = destination[HeadBytes..];
        for (int i = 0; count > 0; i++)
        {
            if (float.IsFinite(values[i])) continue;
            BinaryPrimitives.WriteInt32LittleEndian(destination, i);
            BinaryPrimitives.WriteSingleLittleEndian(destination[4..], values[i]);
            destination = destination[EntryBytes..];
            count--;
        }
    }

    /// <summary>Takes the list from a payload that begins with it.</summary>
    /// <param name="payload">The payload; afterwards what follows the list.</param>
    /// <param name="values">How many values the tensor has.</param>
    /// <returns>The entries, unchecked.</returns>
    /// <exception cref="FrameException">The payload is shorter than its list, or the list longer than the tensor.</exception>
    public static ReadOnlySpan<byte> Open(ref ReadOnlySpan<byte> payload, int values)
    {
        if (payload.Length < HeadBytes)
            throw new FrameException(FrameError.BadLength, "The frame's payload is shorter than its head: send it again.");
        uint count = BinaryPrimitives.ReadUInt32LittleEndian(payload);
        if (count > (uint)values || (ulong)count * EntryBytes > (ulong)(payload.Length - HeadBytes))
            throw new FrameException(FrameError.BadLength, $"The frame says that {count} values are not finite, which is more than it holds: send it again.");
        ReadOnlySpan<byte> entries = payload.Slice(HeadBytes, (int)count * EntryBytes);
        payload = payload[(HeadBytes + entries.Length)..];
        return entries;
    }

    /// <summary>Puts the listed values into their places.</summary>
    /// <exception cref="FrameException">The list is out of order, leaves the tensor, or lists a finite value.</exception>
    public static void Apply(ReadOnlySpan<byte> entries, Span<float> destination)
    {
        long before = -1;
        for (; !entries.IsEmpty; entries = entries[EntryBytes..])
        {
            uint index = BinaryPrimitives.ReadUInt32LittleEndian(entries);
            float value = BinaryPrimitives.ReadSingleLittleEndian(entries[4..]);
            if (index <= before || index >= (uint)destination.Length || float.IsFinite(value))
                throw new FrameException(FrameError.BadParameters, "The frame's list of values that are not finite is out of order: send it again.");
            destination[(int)index] = value;
            before = index;
        }
    }
}
