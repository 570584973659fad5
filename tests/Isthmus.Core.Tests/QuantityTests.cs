using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Tests;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("8mbit", 8e6)]
    [InlineData("1.5Gbit", 1.5e9)]
    [InlineData("300kbit", 3e5)]
    [InlineData("unlimited", double.PositiveInfinity)]
    public void BitsPerSecondParse_KnownUnit_GivesBits(string text, double bits) => Assert.Equal(bits, BitsPerSecond.Parse(text).Value);

    [Theory]
    [InlineData("8")]
    [InlineData("-8mbit")]
    [InlineData("fast")]
    [InlineData("0kbit")]
    public void BitsPerSecondParse_NoBandwidth_Throws(string text) => Assert.Throws<IsthmusException>(() => BitsPerSecond.Parse(text));

    [Fact]
    public void TransferTime_OneMegabyteAtEightMegabit_IsOneSecond() =>
        Assert.Equal(1000, new BitsPerSecond(8e6).TransferTime(new ByteCount(1_000_000)).Value, 9);

    [Fact]
    public void TimingOf_TwentyValues_UsesNearestRank()
    {
        Timing timing = Timing.Of(Enumerable.Range(1, 20).Select(i => (double)i).Reverse());
        Assert.Equal((10.0, 19.0, 20), (timing.P50.Value, timing.P95.Value, timing.Count));
    }
}
