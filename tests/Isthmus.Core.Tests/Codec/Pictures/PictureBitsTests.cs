using Isthmus.Core.Codec.Pictures;

namespace Isthmus.Core.Tests.Codec.Pictures;

public sealed class PictureBitsTests
{
    [Fact]
    public void Code_OfEveryFirstPart_ReturnsExactlyWhatNoContinuationCouldChange()
    {
        Random random = new(7);
        for (int round = 0; round < 30; round++)
        {
            uint[] probabilities = [.. Enumerable.Range(0, 300).Select(_ => (uint)random.Next(1, 65_536))];
            // Mostly the likely decision, so that some bytes say many.
            uint[] bits = [.. probabilities.Select(p => random.Next(65_536) < p ? 1u : 0)];
            byte[] code = Write(bits, probabilities);
            Assert.Equal(bits, Read(code, probabilities));
            for (int length = 0; length < code.Length; length++)
            {
                uint[] part = Read(code[..length], probabilities);
                uint[] low = Read([.. code[..length], .. new byte[2000]], probabilities), high = Read([.. code[..length], .. Enumerable.Repeat((byte)255, 2000)], probabilities);
                int same = Enumerable.Range(0, bits.Length).TakeWhile(i => low[i] == high[i]).Count();
                Assert.Equal(same, part.Length);
                Assert.Equal(bits[..part.Length], part);
            }
        }
    }

    [Fact]
    public void Finish_OfLikelyDecisions_TakesTheirInformation()
    {
        uint[] probabilities = [.. Enumerable.Repeat(65_000u, 20_000)];
        byte[] code = Write([.. probabilities.Select(_ => 1u)], probabilities);
        double bytes = -20_000 * Math.Log2(65_000 / 65_536.0) / 8;
        Assert.InRange(code.Length, bytes - 1, bytes + 3);
    }

    private static byte[] Write(uint[] bits, uint[] probabilities)
    {
        PictureBitWriter writer = new([]);
        for (int i = 0; i < bits.Length; i++) writer.Code(bits[i], probabilities[i]);
        byte[] code = writer.Finish();
        writer.Dispose();
        return code;
    }

    private static unsafe uint[] Read(byte[] code, uint[] probabilities)
    {
        List<uint> bits = [];
        fixed (byte* start = code)
        {
            PictureBitReader reader = new(start, code.Length);
            foreach (uint p in probabilities)
            {
                uint bit = reader.Code(0, p);
                if (reader.IsAtEnd) break;
                bits.Add(bit);
            }
        }

        return [.. bits];
    }
}
