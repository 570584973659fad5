using Isthmus.Core.Profiling;
using Isthmus.Core.Tests.Planning;

namespace Isthmus.Core.Tests.Profiling;

public sealed class BlockSumTests
{
    [Fact]
    public void Of_NodeWithAllBlocks_IsTheirSumAgainstTheWhole()
    {
        Profile profile = SmallProfile.Create();
        NodeProfile device = profile.Nodes[0];
        Profile measured = profile with { Nodes = profile.Nodes.SetItem(0, device with { Segments = [.. device.Segments, Segment("c00", "c01", 25), Segment("c01", null, 75)] }) };
        BlockSum sum = Assert.Single(BlockSum.Of(measured));
        Assert.Equal(("device", 3, 120.0, 100.0), (sum.Node, sum.Blocks, sum.Sum.Value, sum.Whole.Value));
        Assert.Equal(1.2, sum.Ratio, 12);
    }

    [Fact]
    public void Of_NodeThatLacksABlock_IsNotSummed() => Assert.Empty(BlockSum.Of(SmallProfile.Create()));

    [Fact]
    public void Of_NetworkWithoutCuts_HasNothingToSum() =>
        Assert.Empty(BlockSum.Of(SmallProfile.Create() with { Cuts = [], Nodes = [] }));

    private static SegmentTiming Segment(string? from, string? to, double ms) => new(from, to, new(new(ms), new(ms), 1));
}
