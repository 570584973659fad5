using System.Text;
using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class Crc32CTests
{
    // The check value of the catalogue of parametrised CRC algorithms, and the vectors of RFC 3720, B.4.
    [Fact]
    public void Finish_OfThePublishedVectors_IsThePublishedValue()
    {
        Assert.Equal(0xE3069283u, Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0x8A9136AAu, Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }

    [Fact]
    public void Append_InAnyPieces_EqualsTheBitwiseDefinition()
    {
        Random random = new(1);
        for (int length = 0; length < 80; length++)
        {
            byte[] bytes = new byte[length];
            random.NextBytes(bytes);
            int cut = random.Next(length + 1);
            uint state = Crc32C.Append(Crc32C.Append(Crc32C.Seed, bytes.AsSpan(0, cut)), bytes.AsSpan(cut));
            Assert.Equal(Bitwise(bytes), Crc32C.Finish(state));
        }
    }

    private static uint Of(byte[] bytes) => Crc32C.Finish(Crc32C.Append(Crc32C.Seed, bytes));

    private static uint Bitwise(byte[] bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in bytes)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++) crc = (crc >> 1) ^ ((crc & 1) * 0x82F63B78);
        }

        return ~crc;
    }
}
