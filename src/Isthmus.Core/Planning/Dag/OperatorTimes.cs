using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Planning.Dag;

/// <summary>Operators' times from two measurements: of single kernels, which say how a block's time is shared out, and of whole segments, which say what a block takes.</summary>
public static class OperatorTimes
{
    /// <summary>Puts them together.</summary>
    /// <param name="network">The network.</param>
    /// <param name="graph">Its operators.</param>
    /// <param name="index">The profile: heads of the device, tails of the other nodes, and the whole network on each.</param>
    /// <param name="kernels">What was found of each node's kernels.</param>
    /// <returns>Milliseconds of each operator by node. They add up to the measured times of the node's blocks, which lie between the profile's cuts.</returns>
    /// <exception cref="IsthmusException">The whole network was not measured on a node, or a cut of the profile is none of this network's.</exception>
    public static ImmutableDictionary<string, ImmutableArray<double>> Of(
        NetworkGraph network, OperatorGraph graph, ProfileIndex index, IReadOnlyDictionary<string, KernelAttribution> kernels)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(index);
        ArgumentNullException.ThrowIfNull(kernels);
        Dictionary<GraphNode, int> operatorOf = [];
        for (int i = 0; i < graph.Operators.Length; i++)
        {
            foreach (GraphNode node in graph.Operators[i].Nodes) operatorOf[node] = i;
        }

        HashSet<GraphNode>[] heads = [.. index.Profile.Cuts.Select(c => Head(network, c))];
        return kernels.ToImmutableDictionary(k => k.Key, k => OnNode(index, k.Key, k.Value, graph, operatorOf, heads));
    }

    private static ImmutableArray<double> OnNode(
        ProfileIndex index, string node, KernelAttribution kernels, OperatorGraph graph, Dictionary<GraphNode, int> operatorOf, HashSet<GraphNode>[] heads)
    {
        int at = index.NodeAt(node);
        double whole = index.Compute(node, null, null)?.Value
            ?? throw new IsthmusException(ErrorKind.Planning, $"The profile does not say how long the whole network takes on {node}: profile again.");
        double[] times = new double[graph.Operators.Length];
        foreach (KernelGroup group in kernels.Groups) times[operatorOf[group.Nodes[^1]]] += group.Milliseconds;

        // The device runs beginnings, the others ends: what is left of the whole is the beginning.
        bool isDevice = index.Profile.Nodes[at].Tier == Tier.Device;
        List<(HashSet<GraphNode> Head, double Ms)> measured = [];
        for (int c = 0; c < heads.Length; c++)
        {
            double ms = isDevice ? index.Compute(at, -1, c) : whole - index.Compute(at, c, index.End);
            // Cuts that do not follow each other bound no block.
            if (double.IsFinite(ms) && (measured.Count == 0 || measured[^1].Head.IsSubsetOf(heads[c]))) measured.Add((heads[c], Math.Clamp(ms, 0, whole)));
        }

        int[] blockOf = new int[times.Length];
        for (int i = 0; i < times.Length; i++)
        {
            ImmutableArray<GraphNode> nodes = graph.Operators[i].Nodes;
            int block = nodes.IsEmpty ? -1 : measured.FindIndex(m => nodes.All(m.Head.Contains));
            // The picture's operator is before everything, even if it reaches beyond a cut.
            blockOf[i] = block < 0 ? measured.Count : block;
        }

        return OperatorScaling.Scale(times, blockOf, OperatorScaling.Blocks([.. measured.Select(m => m.Ms), whole]));
    }

    private static HashSet<GraphNode> Head(NetworkGraph network, CutProfile cut)
    {
        if (cut.Tensors.FirstOrDefault(t => !network.IsActivation(t.Name)) is { } unknown)
            throw new IsthmusException(ErrorKind.Planning, $"The profile's cut {cut.Id} is at '{unknown.Name}', which this network has not: profile this one.");
        return network.Upstream(cut.Tensors.Select(t => t.Name), ImmutableHashSet<string>.Empty);
    }
}
