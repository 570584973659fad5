using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Lab.Reporting.Plans;

namespace Isthmus.Lab.Tests.Reporting.Plans;

public sealed class BlockTimesTests
{
    [Fact]
    public void Of_BlocksMeasured_GivesThem()
    {
        NodeProfile node = Node((null, "a", 3), ("a", "b", 5), ("b", null, 7), (null, null, 20), (null, "b", 9));
        Assert.Equal([(0, 1, 3, true), (1, 2, 5, true), (2, 3, 7, true)], Times(node, "a", "b"));
    }

    [Fact]
    public void Of_HeadsOnly_GivesTheirDifferences() =>
        Assert.Equal([(0, 1, 3, true), (1, 2, 6, false), (2, 3, 11, false)], Times(Node((null, "a", 3), (null, "b", 9), (null, null, 20)), "a", "b"));

    [Fact]
    public void Of_TailsOnly_GivesTheirDifferences() =>
        Assert.Equal([(0, 1, 8, false), (1, 2, 5, false), (2, 3, 7, true)], Times(Node((null, null, 20), ("a", null, 12), ("b", null, 7)), "a", "b"));

    [Fact]
    public void Of_Ratio_MultipliesEveryTime() =>
        Assert.Equal([(0, 1, 6, true), (1, 2, 14, false)], Times(Node((null, "a", 3), (null, null, 10)), 2, "a"));

    [Fact]
    public void Of_GapsBetweenMeasurements_GivesTheShortestStretchesThatAreKnown()
    {
        // Nothing begins or ends at b.
        NodeProfile node = Node((null, "a", 1), (null, "c", 6), ("c", null, 2));
        Assert.Equal([(0, 1, 1, true), (1, 3, 5, false), (3, 4, 2, true)], Times(node, "a", "b", "c"));
    }

    [Fact]
    public void Of_NothingBetween_LeavesItOut() => Assert.Equal([(1, 2, 4, true)], Times(Node(("a", "b", 4)), "a", "b"));

    [Fact]
    public void Of_RandomSegments_EveryStretchIsExactlyWhatTwoMeasurementsSay()
    {
        Random random = new(7);
        int known = 0;
        for (int round = 0; round < 300; round++)
        {
            int cuts = random.Next(8);
            string[] ids = [.. Enumerable.Range(0, cuts).Select(i => $"c{i}")];
            // Blocks of whole milliseconds, and segments that are their sums: then a difference is a sum of blocks, too.
            int[] blocks = [.. Enumerable.Range(0, cuts + 1).Select(_ => 1 + random.Next(20))];
            List<(string?, string?, double)> segments = [];
            for (int i = 0; i <= cuts; i++)
            {
                for (int j = i + 1; j <= cuts + 1; j++)
                {
                    if (random.Next(3) == 0) segments.Add((i == 0 ? null : ids[i - 1], j == cuts + 1 ? null : ids[j - 1], blocks[i..j].Sum()));
                }
            }

            ImmutableArray<BlockTime> times = BlockTimes.Of(Node([.. segments]), Cuts(ids));
            Assert.All(times, t => Assert.Equal(blocks[t.From..t.To].Sum(), t.Time.Value));
            Assert.All(times.Zip(times.Skip(1)), t => Assert.True(t.First.To <= t.Second.From, "Stretches do not overlap."));
            known += times.Length;
        }

        Assert.True(known > 500, $"Only {known} stretches were known.");
    }

    private static (int, int, double, bool)[] Times(NodeProfile node, params string[] cuts) => Times(node, 1, cuts);

    private static (int, int, double, bool)[] Times(NodeProfile node, double ratio, params string[] cuts) =>
        [.. BlockTimes.Of(node, Cuts(cuts), ratio).Select(t => (t.From, t.To, t.Time.Value, t.IsMeasured))];

    private static ImmutableArray<CutProfile> Cuts(string[] ids) => [.. ids.Select((id, i) => new CutProfile(id, [], new(100), (i + 1.0) / (ids.Length + 1), [new CodecProfile(CodecSpec.Raw, new(100), 0, 1)]))];

    private static NodeProfile Node(params (string? From, string? To, double Ms)[] segments) => new(
        "n", Tier.Edge, null, 1, "h", "r", 1, Milliseconds.Zero, [.. segments.Select(s => new SegmentTiming(s.From, s.To, new(new(s.Ms), new(s.Ms), 1)))], [], []);
}
