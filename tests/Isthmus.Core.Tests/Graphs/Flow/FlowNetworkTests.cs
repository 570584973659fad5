using Isthmus.Core.Graphs.Flow;

namespace Isthmus.Core.Tests.Graphs.Flow;

public sealed class FlowNetworkTests
{
    [Fact]
    public void Cut_ThousandsOfRandomNetworks_IsTheCheapestOfAllSubsets()
    {
        Random random = new(7);
        for (int round = 0; round < 4000; round++)
        {
            int vertices = random.Next(2, 10);
            FlowNetwork network = new(vertices, 0, vertices - 1);
            int arcs = random.Next(0, 3 * vertices);
            for (int a = 0; a < arcs; a++)
            {
                int from = random.Next(vertices), to = random.Next(vertices);
                if (random.Next(6) == 0) network.AddUnlimited(from, to);
                else network.Add(from, to, random.Next(4) == 0 ? random.NextInt64(1L << 40) : random.Next(5));
            }

            MinimumCut? cut = network.Cut();
            long? best = Exhaustive(network);
            Assert.Equal(best, cut?.Value);
            if (cut is null) continue;
            Assert.True(cut.OnSourceSide[0]);
            Assert.False(cut.OnSourceSide[vertices - 1]);
            Assert.Equal(best, Capacity(network, v => cut.OnSourceSide[v]));
        }
    }

    [Fact]
    public void Cut_LargeLayeredNetworks_AgreesWithAugmentingPaths()
    {
        Random random = new(11);
        for (int round = 0; round < 30; round++)
        {
            int vertices = 200;
            FlowNetwork network = new(vertices, 0, vertices - 1);
            for (int v = 0; v < vertices; v++)
            {
                for (int k = 0; k < 4; k++) network.Add(v, Math.Min(vertices - 1, v + random.Next(1, 25)), random.Next(1, 1000));
                if (random.Next(3) == 0) network.AddUnlimited(v, Math.Max(0, v - random.Next(1, 9)));
            }

            MinimumCut cut = network.Cut()!;
            Assert.Equal(AugmentingPaths(network), cut.Value);
            Assert.Equal(cut.Value, Capacity(network, v => cut.OnSourceSide[v]));
        }
    }

    [Fact]
    public void Cut_SeveralAreAsCheap_MostIsOnTheSourcesSide()
    {
        FlowNetwork network = new(4, 0, 3);
        network.Add(0, 1, 5);
        network.Add(1, 2, 5);
        network.Add(2, 3, 5);
        Assert.Equal([true, true, true, false], network.Cut()!.OnSourceSide);
    }

    [Fact]
    public void Cut_AnUnlimitedWay_IsNone()
    {
        FlowNetwork network = new(3, 0, 2);
        network.AddUnlimited(0, 1);
        network.AddUnlimited(1, 2);
        network.Add(0, 2, 5);
        Assert.Null(network.Cut());
    }

    [Fact]
    public void Add_CapacitiesThatCannotBeCounted_AreRefused()
    {
        FlowNetwork network = new(2, 0, 1);
        network.Add(0, 1, 1L << 61);
        Assert.Throws<OverflowException>(() => network.Add(0, 1, (1L << 61) + 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => network.Add(0, 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => network.Add(0, 1, -1));
    }

    private static long? Exhaustive(FlowNetwork network)
    {
        long? best = null;
        for (int set = 0; set < 1 << network.Vertices; set++)
        {
            if ((set >> network.Source & 1) == 0 || (set >> network.Sink & 1) == 1) continue;
            int members = set;
            if (Capacity(network, v => (members >> v & 1) == 1) is { } capacity && (best is null || capacity < best)) best = capacity;
        }

        return best;
    }

    // Null if the set is parted from the rest by an unlimited arc.
    private static long? Capacity(FlowNetwork network, Func<int, bool> onSourceSide)
    {
        long sum = 0;
        foreach ((int from, int to, long capacity) in network.All())
        {
            if (!onSourceSide(from) || onSourceSide(to)) continue;
            if (capacity < 0) return null;
            sum += capacity;
        }

        return sum;
    }

    // Ford and Fulkerson's method on a matrix, breadth first.
    private static long AugmentingPaths(FlowNetwork network)
    {
        long[,] residual = new long[network.Vertices, network.Vertices];
        foreach ((int from, int to, long capacity) in network.All()) residual[from, to] += capacity < 0 ? 1L << 50 : capacity;
        long flow = 0;
        while (true)
        {
            int[] before = new int[network.Vertices];
            Array.Fill(before, -1);
            before[network.Source] = network.Source;
            Queue<int> queue = new([network.Source]);
            while (queue.TryDequeue(out int v) && before[network.Sink] < 0)
            {
                for (int w = 0; w < network.Vertices; w++)
                {
                    if (before[w] >= 0 || residual[v, w] == 0) continue;
                    before[w] = v;
                    queue.Enqueue(w);
                }
            }

            if (before[network.Sink] < 0) return flow;
            long least = long.MaxValue;
            for (int v = network.Sink; v != network.Source; v = before[v]) least = Math.Min(least, residual[before[v], v]);
            for (int v = network.Sink; v != network.Source; v = before[v])
            {
                residual[before[v], v] -= least;
                residual[v, before[v]] += least;
            }

            flow += least;
        }
    }
}
