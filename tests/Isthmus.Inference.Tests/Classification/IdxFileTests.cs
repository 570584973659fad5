using System.Buffers.Binary;
using System.IO.Compression;
using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Inference.Classification;

namespace Isthmus.Inference.Tests.Classification;

public sealed class IdxFileTests
{
    [Fact]
    public void Read_WhatWasWritten_IsTheSame() => Prop.ForAll(
        ArbMap.Default.ArbFor<(PositiveInt Count, PositiveInt Rows, PositiveInt Columns, bool IsCompressed, int Seed)>(),
        drawn =>
        {
            int[] sizes = [(drawn.Count.Get % 20) + 1, (drawn.Rows.Get % 20) + 1, (drawn.Columns.Get % 20) + 1];
            byte[] elements = new byte[sizes[0] * sizes[1] * sizes[2]];
            new Random(drawn.Seed).NextBytes(elements);
            byte[] plain = [.. Header(0x08, sizes), .. elements];
            IdxFile file = Read(drawn.IsCompressed ? Compressed(plain) : plain);
            Assert.Equal(sizes, file.Dimensions);
            Assert.Equal(elements, file.Elements.ToArray());
            int last = sizes[0] - 1;
            Assert.Equal(elements[(last * sizes[1] * sizes[2])..], file.Item(last).ToArray());
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_Some_TakesTheFirstAndLooksAtNothingBehind()
    {
        // Five are promised, two are there.
        byte[] plain = [.. Header(0x08, 5, 3), 1, 2, 3, 4, 5, 6];
        IdxFile file = Read(plain, most: 2);
        Assert.Equal(2, file.Count);
        Assert.Equal([4, 5, 6], file.Item(1).ToArray());
        Assert.Equal(5, Read([.. Header(0x08, 5), 1, 2, 3, 4, 5], most: 100).Count);
    }

    public static TheoryData<byte[], string> Damaged => new()
    {
        { [], "begin" },
        { [0, 0, 8], "begin" },
        { [1, 0, 8, 1, 0, 0, 0, 1, 7], "begin" },
        { [0, 0, 0x0d, 1, 0, 0, 0, 1, 7, 7, 7, 7], "0x0d" },
        { [0, 0, 8, 0], "0 dimensions" },
        { [0, 0, 8, 5, .. new byte[20]], "5 dimensions" },
        { [0, 0, 8, 2, 0, 0, 0, 1], "within its dimensions" },
        { Header(8, 3, 0), "nothing" },
        { [.. Header(8, 3), 1, 2], "2 of 3" },
        { [.. Header(8, 3), 1, 2, 3, 4], "follows" },
        { Header(8, -1, -1, -1, -1), "more than" },
        { Header(8, 60000, 28, 28, 28), "more than" },
        { Header(8, 1 << 30), "0 of 1,073,741,824" },
        { [0x1f, 0x8b], "" },
        { [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff], "" },
        { Compressed([.. Header(8, 3), 1, 2, 3])[..^12], "" },
        { Compressed([.. Header(8, 3), 1, 2, 3, 4]), "follows" },
    };

    [Theory]
    [MemberData(nameof(Damaged))]
    public void Read_Damaged_IsOneSentenceWithTheName(byte[] bytes, string why)
    {
        IsthmusException error = Assert.Throws<IsthmusException>(() => Read(bytes));
        Assert.Equal(ErrorKind.Data, error.Kind);
        Assert.StartsWith("the file is no IDX file", error.Message, StringComparison.Ordinal);
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ThousandsOfDamagedFiles_OnlyEverRefuses()
    {
        byte[] plain = [.. Header(0x08, 40, 5, 5), .. Enumerable.Range(0, 1000).Select(i => (byte)i)];
        byte[] compressed = Compressed(plain);
        Random random = new(11);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] bytes = [.. random.Next(2) == 0 ? plain : compressed];
            for (int k = random.Next(4); k > 0; k--) bytes[random.Next(random.Next(2) == 0 ? Math.Min(24, bytes.Length) : bytes.Length)] = (byte)random.Next(256);
            if (random.Next(3) == 0) bytes = bytes[..random.Next(bytes.Length)];
            try
            {
                IdxFile file = Read(bytes, random.Next(2) == 0 ? null : random.Next(1, 50));
                Assert.Equal(file.Elements.Length, file.Count * file.ItemLength);
            }
            catch (IsthmusException e)
            {
                Assert.Equal(ErrorKind.Data, e.Kind);
            }
        }
    }

    [Fact]
    public void Read_BombOfZeros_ReadsNoFurtherThanItPromised()
    {
        // 64 MB of zeros behind the three elements.
        byte[] bomb = Compressed([.. Header(8, 3), .. new byte[64 << 20]]);
        using CountingStream stream = new(bomb);
        Assert.Throws<IsthmusException>(() => IdxFile.Read(stream, "the file"));
        Assert.InRange(stream.Bytes, 1, 40_000);
    }

    [Fact]
    public void Read_PromiseOfAGigabyte_TakesMemoryForWhatComes()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<IsthmusException>(() => Read([.. Header(8, 1 << 30), .. new byte[100]]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void Load_NoSuchFile_IsAFileError() => Assert.Equal(ErrorKind.File, Assert.Throws<IsthmusException>(() => IdxFile.Load("/nonexistent/idx")).Kind);

    internal static byte[] Header(byte type, params int[] sizes)
    {
        byte[] header = new byte[4 + (4 * sizes.Length)];
        header[2] = type;
        header[3] = (byte)sizes.Length;
        for (int i = 0; i < sizes.Length; i++) BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4 + (4 * i)), sizes[i]);
        return header;
    }

    private static IdxFile Read(byte[] bytes, int? most = null)
    {
        using MemoryStream stream = new(bytes);
        return IdxFile.Read(stream, "the file", most);
    }

    private static byte[] Compressed(byte[] plain)
    {
        using MemoryStream to = new();
        using (GZipStream gzip = new(to, CompressionLevel.Optimal)) gzip.Write(plain);
        return to.ToArray();
    }

    private sealed class CountingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public long Bytes { get; private set; }

        public override int Read(Span<byte> buffer)
        {
            int read = base.Read(buffer);
            Bytes += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count)
        {
            int read = base.Read(buffer, offset, count);
            Bytes += read;
            return read;
        }
    }
}
