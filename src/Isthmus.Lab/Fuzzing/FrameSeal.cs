using System.Buffers.Binary;
using System.Numerics;

namespace Isthmus.Lab.Fuzzing;

/// <summary>
/// What an attacker does: makes lengths and checksum of a damaged frame right again, from docs/codec.md alone and without the codec's own code.
/// </summary>
internal static class FrameSeal
{
    /// <summary>Bytes before the dimensions.</summary>
    public const int FixedBytes = 16;

    /// <summary>Where the payload begins, as the frame says; its length if it is shorter.</summary>
    public static int PayloadStart(ReadOnlySpan<byte> frame) =>
        frame.Length < FixedBytes ? frame.Length : Math.Min(frame.Length, FixedBytes + (4 * frame[7]));

    /// <summary>Writes the payload's length that the frame has.</summary>
    public static void CorrectLength(Span<byte> frame)
    {
        if (frame.Length >= FixedBytes) BinaryPrimitives.WriteInt32LittleEndian(frame[12..], frame.Length - PayloadStart(frame));
    }

    /// <summary>Writes the checksum: CRC-32C of bytes 0…7 and of byte 12 to the end.</summary>
    public static bool Seal(Span<byte> frame)
    {
        if (frame.Length < FixedBytes) return false;
        BinaryPrimitives.WriteUInt32LittleEndian(frame[8..], ~Append(Append(uint.MaxValue, frame[..8]), frame[12..]));
        return true;
    }

    private static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= 8; bytes = bytes[8..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (byte b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
