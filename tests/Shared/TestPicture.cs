using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Isthmus.Tests.Shared;

/// <summary>Small pictures as PNG files, different for every seed.</summary>
internal static class TestPicture
{
    /// <summary>A square RGB picture of smooth waves.</summary>
    public static byte[] Png(int seed, int side = 48)
    {
        Random random = new(seed);
        (double a, double b, double c) = (random.NextDouble() * 0.3, random.NextDouble() * 0.3, random.NextDouble() * 6);
        byte[] rows = new byte[side * (1 + 3 * side)];
        for (int y = 0; y < side; y++)
        {
            for (int x = 0; x < side * 3; x++)
                rows[y * (1 + 3 * side) + 1 + x] = (byte)(127 + 120 * Math.Sin(a * (x / 3) + b * y + c + x % 3));
        }

        MemoryStream png = new();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        header[8] = 8; // bits per sample
        header[9] = 2; // RGB
        Chunk(png, "IHDR", header);
        using MemoryStream packed = new();
        using (ZLibStream zlib = new(packed, CompressionLevel.Fastest, leaveOpen: true)) zlib.Write(rows);
        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    private static void Chunk(Stream png, string type, ReadOnlySpan<byte> content)
    {
        byte[] chunk = [.. Encoding.ASCII.GetBytes(type), .. content];
        byte[] number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(chunk);
        uint crc = uint.MaxValue;
        foreach (byte b in chunk)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB88320;
        }

        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        png.Write(number);
    }
}
