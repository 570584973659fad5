using System.Buffers.Binary;
using Isthmus.Core.Planning;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>
/// Makes input number i of a seed: a good picture with one to four things done to it, half of them with checksums and lengths put right again, as an attacker would; one in fifty
/// left good.
/// </summary>
internal sealed class ImageMutator(ImageCorpus corpus, ulong seed)
{
    private const int MaxLength = 1 << 20;

    private static readonly uint[] Edges =
        [0, 1, 2, 3, 7, 8, 15, 16, 127, 128, 255, 256, 1000, 4095, 4096, 8191, 8192, 10_000, 16_383, 16_384, 32_767, 32_768, 65_535, 65_536, 100_000, 0xFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

    private delegate byte[] Change(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus);

    private static readonly (string Name, Change Do)[] Changes =
    [
        ("FlipBits", FlipBits), ("ReplaceBytes", ReplaceBytes), ("Burst", Burst), ("Repeat", Repeat), ("Truncate", Truncate), ("Extend", Extend), ("Delete", Delete), ("Insert", Insert),
        ("EdgeInteger", EdgeInteger), ("EdgeInteger", EdgeInteger), ("Dimensions", Dimensions), ("Dimensions", Dimensions), ("Splice", Splice), ("Scans", Scans), ("Markers", Markers), ("Empty", Empty),
    ];

    /// <summary>Makes an input.</summary>
    public ImageFuzzInput Make(long index)
    {
        FuzzRandom random = FuzzRandom.Of(seed, index);
        (InputEncoding form, string name, byte[] good) = corpus.Good[random.Next(corpus.Good.Count)];
        if (random.OneIn(50)) return new(form, name, good, IsGood: true, []);
        byte[] bytes = (byte[])good.Clone();
        List<string> done = [];
        // One in ten is read as another form than it is of.
        if (random.OneIn(10))
        {
            form = corpus.Good[random.Next(corpus.Good.Count)].Form;
            done.Add($"as {form}");
        }

        int count = 1 + random.Next(4);
        for (int i = 0; i < count; i++)
        {
            (string change, Change apply) = Changes[random.Next(Changes.Length)];
            bytes = apply(ref random, bytes, corpus);
            if (bytes.Length > MaxLength) bytes = bytes[..MaxLength];
            done.Add(change);
        }

        if (random.OneIn(2))
        {
            Seal(bytes);
            done.Add("sealed");
        }

        return new(form, name, bytes, IsGood: false, done);
    }

    private static byte[] FlipBits(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        for (int n = 1 + random.Next(8); n > 0 && bytes.Length > 0; n--) bytes[Place(ref random, bytes)] ^= (byte)(1 << random.Next(8));
        return bytes;
    }

    private static byte[] ReplaceBytes(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        for (int n = 1 + random.Next(8); n > 0 && bytes.Length > 0; n--) bytes[Place(ref random, bytes)] = (byte)random.Next();
        return bytes;
    }

    private static byte[] Burst(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        (int at, int length) = Range(ref random, bytes);
        random.Fill(bytes.AsSpan(at, length));
        return bytes;
    }

    private static byte[] Repeat(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        (int at, int length) = Range(ref random, bytes);
        bytes.AsSpan(at, length).Fill(random.OneIn(2) ? (byte)(random.OneIn(2) ? 0 : 0xFF) : (byte)random.Next());
        return bytes;
    }

    private static byte[] Truncate(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus) => bytes[..random.Next(bytes.Length + 1)];

    private static byte[] Empty(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus) => random.OneIn(4) ? [] : bytes[..Math.Min(bytes.Length, random.Next(40))];

    private static byte[] Extend(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        byte[] more = new byte[1 + random.Next(random.OneIn(4) ? 20_000 : 64)];
        random.Fill(more);
        return [.. bytes, .. more];
    }

    private static byte[] Delete(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        (int at, int length) = Range(ref random, bytes);
        return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
    }

    // A piece of itself again, once or many times.
    private static byte[] Insert(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        (int at, int length) = Range(ref random, bytes);
        if (length == 0) return bytes;
        int to = random.Next(bytes.Length + 1), times = random.OneIn(4) ? 1 + random.Next(Math.Max(1, Math.Min(2000, MaxLength / 4 / length))) : 1;
        using MemoryStream made = new();
        made.Write(bytes, 0, to);
        for (int i = 0; i < times; i++) made.Write(bytes, at, length);
        made.Write(bytes, to, bytes.Length - to);
        return made.ToArray();
    }

    private static byte[] EdgeInteger(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        uint value = Edges[random.Next(Edges.Length)];
        int size = 1 << random.Next(3);
        if (bytes.Length < size) return bytes;
        // Most of what counts stands near the beginning.
        int at = random.Next(random.OneIn(3) ? bytes.Length - size + 1 : Math.Min(bytes.Length - size + 1, 200));
        Span<byte> to = bytes.AsSpan(at);
        bool big = random.OneIn(2);
        if (size == 1) to[0] = (byte)value;
        else if (size == 2 && big) BinaryPrimitives.WriteUInt16BigEndian(to, (ushort)value);
        else if (size == 2) BinaryPrimitives.WriteUInt16LittleEndian(to, (ushort)value);
        else if (big) BinaryPrimitives.WriteUInt32BigEndian(to, value);
        else BinaryPrimitives.WriteUInt32LittleEndian(to, value);
        return bytes;
    }

    // The size that the header claims: a bomb, or nothing.
    private static byte[] Dimensions(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        uint width = Edges[random.Next(Edges.Length)], height = random.OneIn(3) ? width : Edges[random.Next(Edges.Length)];
        if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
        {
            for (int i = 2; i + 9 < bytes.Length; i++)
            {
                if (bytes[i] != 0xFF || bytes[i + 1] is < 0xC0 or > 0xCF or 0xC4 or 0xC8 or 0xCC) continue;
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i + 5), (ushort)height);
                BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(i + 7), (ushort)width);
                break;
            }
        }
        else if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P']) && bytes.Length > 24)
        {
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(16), width);
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(20), height);
        }
        else if (bytes.AsSpan().StartsWith("GIF8"u8) && bytes.Length > 10)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), (ushort)width);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(8), (ushort)height);
        }
        else if (bytes.AsSpan().StartsWith("RIFF"u8) && bytes.Length > 30)
        {
            int at = bytes[15] == 'X' ? 24 : 26;
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at), (ushort)width);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(at + (bytes[15] == 'X' ? 3 : 2), 2), (ushort)height);
        }
        else if (bytes.Length > 8 && bytes[0] == bytes[1] && bytes[0] is (byte)'I' or (byte)'M')
        {
            bool little = bytes[0] == 'I';
            for (int i = 8; i + 12 <= bytes.Length; i++)
            {
                int tag = little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(i)) : BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(i));
                // Width, height, rows of a strip, counts of bytes, the sizes of tiles, with a known type behind it.
                if (tag is not (256 or 257 or 278 or 279 or 322 or 323) || bytes[i + 2 + (little ? 0 : 1)] is not (3 or 4) || !random.OneIn(2)) continue;
                uint value = Edges[random.Next(Edges.Length)];
                if (little) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i + 8), value);
                else BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(i + 8), value);
            }
        }

        return bytes;
    }

    private static byte[] Splice(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        byte[] other = corpus.Good[random.Next(corpus.Good.Count)].Bytes;
        (int at, int length) = Range(ref random, other);
        int to = random.Next(bytes.Length + 1), skip = random.OneIn(2) ? Math.Min(length, bytes.Length - to) : 0;
        return [.. bytes.AsSpan(0, to), .. other.AsSpan(at, length), .. bytes.AsSpan(to + skip)];
    }

    // The last scan of a JPEG again and again: work without bytes.
    private static byte[] Scans(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        int scan = bytes.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        if (scan < 0) return bytes;
        int end = bytes.AsSpan(scan).LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xD9]);
        byte[] piece = bytes[scan..(end > 0 ? scan + end : bytes.Length)];
        if (random.OneIn(2)) piece = piece[..Math.Min(piece.Length, 12)];
        using MemoryStream made = new();
        made.Write(bytes, 0, scan);
        for (int i = 1 + random.Next(random.OneIn(3) ? Math.Max(1, MaxLength / 2 / Math.Max(piece.Length, 1)) : 20); i > 0 && made.Length < MaxLength; i--) made.Write(piece);
        made.Write([0xFF, 0xD9]);
        return made.ToArray();
    }

    // Markers of a JPEG in the midst of anything, a few or tens of thousands.
    private static byte[] Markers(ref FuzzRandom random, byte[] bytes, ImageCorpus corpus)
    {
        int to = random.Next(bytes.Length + 1);
        byte[] markers = new byte[2 * (1 + random.Next(random.OneIn(4) ? 50_000 : 4))];
        byte marker = random.OneIn(2) ? (byte)(0xC0 + random.Next(0x3F)) : (byte)random.Next();
        for (int i = 0; i < markers.Length; i += 2) (markers[i], markers[i + 1]) = ((byte)0xFF, marker);
        return [.. bytes.AsSpan(0, to), .. markers, .. bytes.AsSpan(to)];
    }

    private static int Place(ref FuzzRandom random, byte[] bytes) => random.Next(random.OneIn(2) ? bytes.Length : Math.Min(bytes.Length, 200));

    private static (int At, int Length) Range(ref FuzzRandom random, byte[] bytes)
    {
        if (bytes.Length == 0) return (0, 0);
        int at = random.Next(bytes.Length);
        return (at, Math.Min(bytes.Length - at, 1 + random.Next(random.OneIn(3) ? bytes.Length : 32)));
    }

    // PNG's checksums and WebP's length, so that the damage gets behind them.
    private static void Seal(byte[] bytes)
    {
        if (bytes.AsSpan().StartsWith("RIFF"u8) && bytes.Length >= 8) BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), (uint)(bytes.Length - 8));
        if (!bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P'])) return;
        for (long at = 8; at + 12 <= bytes.Length;)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan((int)at));
            if (length > bytes.Length - at - 12) return;
            BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan((int)(at + 8 + length)), Crc(bytes.AsSpan((int)at + 4, (int)length + 4)));
            at += 12 + length;
        }
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++) crc = (crc & 1) != 0 ? 0xEDB8_8320 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }
}
