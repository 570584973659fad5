using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class ZeroBlocksTests
{
    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 1)]
    [InlineData(4, 0)]
    [InlineData(8, 3)]
    [InlineData(16, 0)]
    [InlineData(255, 100)]
    public void ExpandOfCompact_OfAnySequence_IsTheSequence(int levels, int zero)
    {
        SymbolPacking packing = new(levels);
        ZeroBlocks blocks = new(packing, zero);
        Random random = new(levels);
        foreach (int length in new[] { 1, 7, 8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000, 1024, 5000 })
        {
            foreach (double zeros in new[] { 0, 0.5, 0.97, 1 })
            {
                byte[] packed = new byte[length];
                for (int block = 0; block * 4 < length; block++)
                {
                    bool isZero = random.NextDouble() < zeros;
                    for (int i = 4 * block; i < Math.Min(length, 4 * (block + 1)); i++) packed[i] = isZero ? blocks.ZeroSymbol : (byte)random.Next(packing.Symbols);
                }

                byte[] bitmap = new byte[blocks.BitmapBytes(length)];
                random.NextBytes(bitmap);
                int left = blocks.Find(packed, bitmap);
                byte[][] kept = [.. packed.Chunk(blocks.Length).Where(c => c.Any(b => b != blocks.ZeroSymbol))];
                Assert.Equal((kept.Length, kept.Length), (left, blocks.CountLeft(bitmap, length)));

                byte[] compact = new byte[(left + 1) * blocks.Length];
                blocks.Compact(packed, bitmap, compact);
                byte[] expected = [.. kept.SelectMany(c => c.Concat(Enumerable.Repeat(blocks.ZeroSymbol, blocks.Length - c.Length)))];
                Assert.Equal(expected, compact[..(left * blocks.Length)]);
                foreach (bool vectors in new[] { false, true })
                {
                    byte[] again = new byte[length];
                    blocks.Expand(compact, bitmap, again, vectors);
                    Assert.Equal(packed, again);
                }
            }
        }
    }

    [Fact]
    public void CountLeft_OfABlockThatThereIsNot_IsRefused() => Assert.Equal(-1, new ZeroBlocks(new SymbolPacking(4), 0).CountLeft([0b10_0000], 40));
}
