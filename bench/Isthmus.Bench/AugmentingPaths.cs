using Isthmus.Core.Graphs.Flow;

namespace Isthmus.Bench;

/// <summary>The textbook's minimum cut: Edmonds and Karp's shortest augmenting paths, on lists of arcs.</summary>
internal static class AugmentingPaths
{
    /// <summary>The capacity of the minimum cut.</summary>
    public static long Cut(FlowNetwork network)
    {
        List<int>[] at = new List<int>[network.Vertices];
        for (int v = 0; v < at.Length; v++) at[v] = [];
        List<int> to = [];
        List<long> residual = [];
        long unlimited = network.All().Sum(a => Math.Max(0, a.Capacity)) + 1;
        foreach ((int from, int end, long capacity) in network.All())
        {
            at[from].Add(to.Count);
            to.Add(end);
            residual.Add(capacity < 0 ? unlimited : capacity);
            at[end].Add(to.Count);
            to.Add(from);
            residual.Add(0);
        }

        long flow = 0;
        int[] by = new int[network.Vertices];
        Queue<int> queue = new();
        while (true)
        {
            Array.Fill(by, -1);
            queue.Clear();
            queue.Enqueue(network.Source);
            by[network.Source] = int.MaxValue;
            while (by[network.Sink] < 0 && queue.TryDequeue(out int v))
            {
                foreach (int arc in at[v])
                {
                    if (residual[arc] == 0 || by[to[arc]] >= 0) continue;
                    by[to[arc]] = arc;
                    queue.Enqueue(to[arc]);
                }
            }

            if (by[network.Sink] < 0) return flow;
            long least = long.MaxValue;
            for (int v = network.Sink; v != network.Source; v = to[by[v] ^ 1]) least = Math.Min(least, residual[by[v]]);
            for (int v = network.Sink; v != network.Source; v = to[by[v] ^ 1])
            {
                residual[by[v]] -= least;
                residual[by[v] ^ 1] += least;
            }

            flow += least;
        }
    }
}
