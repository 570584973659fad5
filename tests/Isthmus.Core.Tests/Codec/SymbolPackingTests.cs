using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class SymbolPackingTests
{
    [Fact]
    public void Pack_OfAnyLevelsAndLength_IsTheNumberToTheBaseOfTheLevels()
    {
        Random random = new(1);
        for (int levels = 2; levels <= 255; levels++)
        {
            SymbolPacking packing = new(levels);
            Assert.InRange(packing.Symbols, levels, 256);
            foreach (int count in new[] { 1, 2, 5, 16, 33, 63, 64, 65, 100, 129, 500 })
            {
                byte[] symbols = [.. Enumerable.Range(0, count).Select(_ => (byte)random.Next(levels))];
                byte[] expected = new byte[packing.Bytes(count)];
                packing.PackScalar(symbols, expected, 0);
                byte[] packed = new byte[packing.Bytes(count)];
                packing.Pack(symbols, packed);
                Assert.Equal(expected, packed);

                float[] values = [.. Enumerable.Range(0, levels).Select(l => (float)l)];
                float[] unpacked = new float[count + 8];
                Array.Fill(unpacked, -5f);
                packing.Unpack(packed, values, unpacked.AsSpan(0, count));
                Assert.Equal(symbols.Select(s => (float)s), unpacked.Take(count));
                Assert.All(unpacked[count..], v => Assert.Equal(-5f, v));
            }
        }
    }
}
