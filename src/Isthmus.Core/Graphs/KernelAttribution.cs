using System.Collections.Immutable;
using Isthmus.Core.Profiling;

namespace Isthmus.Core.Graphs;

/// <summary>
/// Finds out which operators of a network each kernel of the runtime stands for. A runtime names a kernel after an operator or after a tensor that it makes;
/// operators without a kernel of their own were fused into one, or do nothing when the network runs.
/// </summary>
public sealed class KernelAttribution
{
    private const string Suffix = "_kernel_time";
    private const string Blocked = "_nchwc";
    private const string Fused = "fused ";

    private KernelAttribution(ImmutableArray<KernelGroup> groups, double named, double all)
    {
        Groups = groups;
        NamedShare = all > 0 ? named / all : 0;
    }

    /// <summary>The operators, each in one group; groups in the canonical order of their first operators.</summary>
    public ImmutableArray<KernelGroup> Groups { get; }

    /// <summary>
    /// The share of the kernels' time, 0…1, whose operators were found. The rest is that of kernels which the runtime put in by itself (it reorders tensors for others, as a
    /// rule), or whose names say nothing.
    /// </summary>
    public double NamedShare { get; }

    /// <summary>Attributes kernels to operators.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="kernels">What was measured of it as a whole.</param>
    public static KernelAttribution Of(NetworkGraph graph, IEnumerable<KernelTime> kernels)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(kernels);
        GraphNode[] nodes = [.. graph.Nodes.Where(n => !n.IsConstant)];
        Dictionary<string, GraphNode> byName = new(StringComparer.Ordinal);
        // A tensor's name is unique, a node's need not be.
        foreach (GraphNode node in nodes.Where(n => n.Proto.Name.Length > 0)) byName.TryAdd(node.Proto.Name, node);
        foreach (GraphNode node in nodes)
        {
            foreach (string output in node.Outputs) byName[output] = node;
        }

        // Which operator each operator's work is counted to; itself for one with a kernel.
        Dictionary<GraphNode, GraphNode> leader = [];
        Dictionary<GraphNode, double> times = [];
        double named = 0, all = 0;
        List<(GraphNode Node, string Operator)> found = [];
        foreach (KernelTime kernel in kernels)
        {
            all += kernel.Time.Value;
            if (Find(kernel.Name, byName) is not { } node) continue;
            named += kernel.Time.Value;
            leader[node] = node;
            times[node] = times.GetValueOrDefault(node) + kernel.Time.Value;
            found.Add((node, Plain(kernel.Operator)));
        }

        // A kernel that is named after its last operator and computes another one has taken in what leads from the one to the other.
        foreach ((GraphNode last, string op) in found)
        {
            if (Plain(last.Operator) == op) continue;
            List<GraphNode> path = [];
            for (GraphNode? at = OnlyMaker(graph, last, leader); at is not null; at = OnlyMaker(graph, at, leader))
            {
                path.Add(at);
                if (Plain(at.Operator) != op) continue;
                foreach (GraphNode taken in path) leader[taken] = last;
                break;
            }
        }

        // What is left was fused into what comes before it: an activation into its convolution. Of several inputs the latest is there last.
        foreach (GraphNode node in nodes)
        {
            if (leader.ContainsKey(node)) continue;
            GraphNode? before = node.Inputs.Select(graph.Producer).Where(p => p is { IsConstant: false } && leader.ContainsKey(p)).MaxBy(p => p!.Order);
            if (before is not null) leader[node] = leader[before];
        }

        // At the beginning there is nothing before: into what comes next.
        foreach (GraphNode node in nodes.Reverse())
        {
            if (leader.ContainsKey(node)) continue;
            GraphNode? after = node.Outputs.SelectMany(graph.Consumers).Where(leader.ContainsKey).MinBy(c => c.Order);
            leader[node] = after is null ? node : leader[after];
        }

        return new(
            [.. nodes.GroupBy(n => leader[n]).Select(g => new KernelGroup([.. g], times.GetValueOrDefault(g.Key))).OrderBy(g => g.Nodes[0].Order)],
            named, all);
    }

    private static GraphNode? Find(string kernel, Dictionary<string, GraphNode> byName)
    {
        string name = kernel.EndsWith(Suffix, StringComparison.Ordinal) ? kernel[..^Suffix.Length] : kernel;
        if (byName.TryGetValue(name, out GraphNode? node)) return node;
        if (name.StartsWith(Fused, StringComparison.Ordinal)) name = name[Fused.Length..];
        int blocked = name.LastIndexOf(Blocked, StringComparison.Ordinal);
        if (blocked > 0) name = name[..blocked];
        if (byName.TryGetValue(name, out node)) return node;
        // A name that was taken gets a number.
        int token = name.LastIndexOf("_token_", StringComparison.Ordinal);
        return token > 0 ? byName.GetValueOrDefault(name[..token]) : null;
    }

    // The maker of the operator's only input that is no weight, if it has no kernel and nobody else uses what it makes.
    private static GraphNode? OnlyMaker(NetworkGraph graph, GraphNode node, Dictionary<GraphNode, GraphNode> leader)
    {
        GraphNode[] makers = [.. node.Inputs.Select(graph.Producer).OfType<GraphNode>().Where(p => !p.IsConstant && !leader.ContainsKey(p)).Distinct()];
        return makers is [{ } maker] && maker.Outputs.SelectMany(graph.Consumers).All(c => c == node) ? maker : null;
    }

    private static string Plain(string op)
    {
        foreach (string prefix in new[] { "Fused", "QLinear" })
        {
            if (op.StartsWith(prefix, StringComparison.Ordinal) && op.Length > prefix.Length) return op[prefix.Length..];
        }

        return op;
    }
}
