using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Tests.Graphs;

/// <summary>All cuts of a small network by trying every set of nodes as the head: what <see cref="CutFinder"/> is held against.</summary>
internal static class ExhaustiveCuts
{
    public sealed record Head(HashSet<GraphNode> Nodes, string[] Tensors, long Bytes, long Macs);

    public static List<Head> Of(NetworkGraph graph, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        GraphNode[] nodes = [.. graph.Nodes.Where(n => !n.IsConstant)];
        Assert.InRange(nodes.Length, 1, 16);
        List<Head> found = [];
        for (int set = 1; set < (1 << nodes.Length) - 1; set++)
        {
            HashSet<GraphNode> head = [.. nodes.Where((_, i) => (set >> i & 1) != 0)];
            if (head.Any(n => n.Inputs.Any(i => graph.Producer(i) is { IsConstant: false } producer && !head.Contains(producer)))) continue;
            HashSet<string> needed = nodes.Where(n => !head.Contains(n)).SelectMany(n => n.Inputs).Concat(graph.Outputs.Select(o => o.Name)).ToHashSet(StringComparer.Ordinal);
            if (graph.Inputs.Any(i => needed.Contains(i.Name))) continue;
            string[] crossing = [.. graph.Nodes.Where(head.Contains).SelectMany(n => n.Outputs).Where(needed.Contains)];
            if (crossing.Length == 0 || crossing.Any(t => tensors[t].ElementType != ElementType.Float32)) continue;
            found.Add(new(head, crossing, crossing.Sum(t => tensors[t].ByteLength), head.Sum(n => MacCounter.Count(n, graph, tensors))));
        }

        return found;
    }
}
