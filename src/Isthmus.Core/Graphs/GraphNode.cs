using System.Collections.Immutable;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Core.Graphs;

/// <summary>One node of a network's graph that a model output depends on.</summary>
public sealed class GraphNode
{
    internal GraphNode(int position, NodeProto proto, ImmutableArray<string> inputs)
    {
        Position = position;
        Proto = proto;
        Inputs = inputs;
        Outputs = [.. proto.Output.Where(name => name.Length > 0)];
    }

    /// <summary>Where the node stands in the file.</summary>
    public int Position { get; }

    /// <summary>Where it stands in the canonical topological order; see <see cref="NetworkGraph.Nodes"/>.</summary>
    public int Order { get; internal set; } = -1;

    /// <summary>The message.</summary>
    public NodeProto Proto { get; }

    /// <summary>The operator, such as Conv.</summary>
    public string Operator => Proto.OpType;

    /// <summary>Whether the operator is of the default ONNX domain.</summary>
    public bool IsStandard => Proto.Domain is "" or "ai.onnx";

    /// <summary>
    /// The tensors that the node needs, each once: its inputs in order without the omitted ones, then those that its subgraphs
    /// (If, Loop, Scan) capture from outside.
    /// </summary>
    public ImmutableArray<string> Inputs { get; }

    /// <summary>The tensors that it makes, in order, without the omitted ones.</summary>
    public ImmutableArray<string> Outputs { get; }

    /// <summary>Whether its outputs are the same for every input of the model, so that they count as weights.</summary>
    public bool IsConstant { get; internal set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Operator} → {string.Join(", ", Outputs)}";
}
