using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class SymbolPlaneTests
{
    [Fact]
    public void Read_OfWhatWasWritten_IsTheSame()
    {
        Random random = new(1);
        for (int round = 0; round < 400; round++)
        {
            int bits = random.Next(1, 9);
            int count = random.Next(2) == 0 ? random.Next(1, 200) : random.Next(1000, 6000);
            double power = random.NextDouble() * 12;
            byte[] symbols = [.. Enumerable.Range(0, count).Select(_ => (byte)(Math.Pow(random.NextDouble(), power) * (1 << bits)))];
            byte[] plane = Write(symbols, bits);

            // Bytes behind the plane are the next one's.
            byte[] read = new byte[count];
            Assert.Equal(plane.Length, SymbolPlane.Read([.. plane, 0xAA, 0xBB], bits, read));
            Assert.Equal(symbols, read);
        }
    }

    [Fact]
    public void Read_OfRuns_IsTheSame()
    {
        // Streams of very different lengths: one quarter is of the rarest symbol only.
        foreach (int count in new[] { 1024, 4000, 40_001 })
        {
            byte[] symbols = new byte[count];
            Random random = new(2);
            for (int i = 0; i < count; i++) symbols[i] = i < count / 4 ? (byte)random.Next(256) : (byte)7;
            byte[] read = new byte[count];
            byte[] plane = Write(symbols, 8);
            SymbolPlane.Read(plane, 8, read);
            Assert.Equal(symbols, read);
        }
    }

    [Fact]
    public void Write_OfOneSymbol_TakesTwoBytes() => Assert.Equal(2, Write([.. Enumerable.Repeat((byte)5, 10_000)], 3).Length);

    [Fact]
    public void Write_OfNoise_StoresIt()
    {
        byte[] symbols = new byte[100_000];
        new Random(3).NextBytes(symbols);
        Assert.Equal(SymbolPlane.Stored, Write(symbols, 8)[0]);
    }

    [Fact]
    public void Write_OfAnything_StaysWithinTheLargestPlane()
    {
        Random random = new(4);
        for (int count = 1; count < 1500; count += 7)
        {
            for (int bits = 1; bits <= 8; bits++)
            {
                byte[] symbols = [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(1 << bits))];
                Assert.True(Write(symbols, bits).Length <= SymbolPlane.MaxBytes(count));
            }
        }
    }

    [Fact]
    public void Read_OfAStreamWithAWrongEnd_IsRefused()
    {
        byte[] symbols = [.. Enumerable.Range(0, 50).Select(i => (byte)(i % 3))];
        byte[] plane = Write(symbols, 4);
        byte[] read = new byte[50];

        // One symbol too many to read, one too few, and padding that is not zero.
        Assert.Throws<FrameException>(() => SymbolPlane.Read(plane, 4, new byte[60]));
        Assert.Throws<FrameException>(() => SymbolPlane.Read(plane, 4, new byte[40]));
        byte[] padded = [.. plane];
        padded[^1] |= 0x80;
        Assert.Equal(FrameError.BadCode, Assert.Throws<FrameException>(() => SymbolPlane.Read(padded, 4, read)).Error);
    }

    private static byte[] Write(byte[] symbols, int bits)
    {
        SymbolPlaneWriter writer = new(symbols, bits, new byte[256]);
        byte[] memory = new byte[writer.Size + SymbolPlane.Slack];
        int written = writer.Write(memory);
        Assert.Equal(writer.Size, written);
        return memory[..written];
    }
}
