using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>
/// A network as a partition sees it: operators in topological order, and the tensors that may cross between them. The first operator takes the model's input, the last
/// gives its output; both may hold several nodes.
/// </summary>
public sealed class OperatorGraph
{
    private OperatorGraph(ImmutableArray<GraphOperator> operators, ImmutableArray<OperatorTensor> tensors)
    {
        Operators = operators;
        Tensors = tensors;
    }

    /// <summary>The operators, each after those whose tensors it uses.</summary>
    public ImmutableArray<GraphOperator> Operators { get; }

    /// <summary>The tensors between them, in canonical order.</summary>
    public ImmutableArray<OperatorTensor> Tensors { get; }

    /// <summary>Lays a network out; null if nothing can part its input from its output.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="tensors">Types and shapes of its activations. A tensor that is absent, or not float32, does not cross.</param>
    /// <param name="kernels">What the runtimes have fused, which is not to be parted either.</param>
    public static OperatorGraph? Of(NetworkGraph graph, IReadOnlyDictionary<string, TensorDescription> tensors, IEnumerable<KernelAttribution> kernels)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(tensors);
        ArgumentNullException.ThrowIfNull(kernels);
        Dictionary<string, TensorDescription> between = new(tensors, StringComparer.Ordinal);
        foreach (KernelGroup group in kernels.SelectMany(k => k.Groups))
        {
            if (group.Nodes.Length < 2) continue;
            HashSet<GraphNode> members = [.. group.Nodes];
            foreach (string tensor in group.Nodes.SelectMany(n => n.Outputs))
            {
                if (graph.Consumers(tensor).Any(members.Contains)) between.Remove(tensor);
            }
        }

        if (CutGroups.Of(graph, between) is not { } groups) return null;
        return new(
            [.. groups.Groups.Select(g => new GraphOperator(g.Nodes.IsEmpty ? "output" : g.Nodes[^1].Outputs[^1], g.Nodes, g.Macs))],
            [.. groups.Tensors.Select(t => new OperatorTensor(between[t.Name], t.Producer, t.Consumers))]);
    }
}
