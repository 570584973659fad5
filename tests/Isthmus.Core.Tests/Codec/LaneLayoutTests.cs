using Isthmus.Core.Codec;

namespace Isthmus.Core.Tests.Codec;

public sealed class LaneLayoutTests
{
    [Theory]
    [InlineData(8)]
    [InlineData(32)]
    [InlineData(64)]
    public void SpreadAndCollect_OfAnyLength_PutEachElementWhereItBelongs(int lanes)
    {
        Random random = new(lanes);
        foreach (int length in new[] { 1, 7, 8, 31, 33, 100, 500, 511, 512, 513, 1000, 1024, 4096, 4099, 10_007 })
        {
            byte[] sequence = new byte[length];
            random.NextBytes(sequence);
            int count = (length + lanes - 1) / lanes;
            byte[] rows = new byte[count * lanes];
            LaneLayout.Spread(sequence, lanes, 99, rows);
            for (int t = 0; t < count; t++)
            {
                for (int j = 0; j < lanes; j++)
                    Assert.Equal((j * count) + t < length ? sequence[(j * count) + t] : 99, rows[(t * lanes) + j]);
            }

            byte[] collected = new byte[length];
            LaneLayout.Collect(rows, lanes, collected);
            Assert.Equal(sequence, collected);
        }
    }
}
