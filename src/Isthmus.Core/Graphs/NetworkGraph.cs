using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Core.Graphs;

/// <summary>
/// The structure of a network: who makes which tensor and who uses it, and which tensors depend on the model's input
/// (activations) and which do not (weights: initializers, Constant nodes, and whatever is computed from them alone).
/// </summary>
public sealed class NetworkGraph
{
    // These give another result every time, so they are no weights even where they have no input.
    private static readonly ImmutableHashSet<string> RandomOperators =
        ["RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli"];

    private readonly Dictionary<string, GraphNode> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<GraphNode>> _consumers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _initializers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _sparseInitializers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _inputs = new(StringComparer.Ordinal);
    private readonly string _model;

    internal NetworkGraph(GraphProto graph, string model)
    {
        _model = model;
        Proto = graph;
        for (int i = 0; i < graph.Initializer.Count; i++) Add(_initializers, graph.Initializer[i].Name, i);
        for (int i = 0; i < graph.SparseInitializer.Count; i++) Add(_sparseInitializers, graph.SparseInitializer[i].Values?.Name ?? "", i);
        foreach (ValueInfoProto input in graph.Input)
        {
            // Before opset 9, and afterwards where they may be overridden, initializers are listed as inputs too.
            if (!IsInitializer(input.Name) && !_inputs.Add(Named(input.Name))) throw Twice(input.Name);
        }

        Inputs = [.. graph.Input.Where(i => _inputs.Contains(i.Name))];
        Outputs = [.. graph.Output];
        if (Inputs.IsEmpty) throw Bad("it has no input");
        if (Outputs.IsEmpty) throw Bad("it has no output");

        GraphNode[] nodes = new GraphNode[graph.Node.Count];
        for (int i = 0; i < nodes.Length; i++)
        {
            nodes[i] = new GraphNode(i, graph.Node[i], NeededBy(graph.Node[i]));
            foreach (string output in nodes[i].Outputs)
            {
                if (_inputs.Contains(output) || IsInitializer(output) || !_producers.TryAdd(output, nodes[i])) throw Twice(output);
            }
        }

        Nodes = Order(nodes);
        foreach (GraphNode node in Nodes)
        {
            node.IsConstant = !RandomOperators.Contains(node.Operator) && !node.Inputs.Any(IsActivation);
            foreach (string input in node.Inputs)
            {
                if (!_consumers.TryGetValue(input, out List<GraphNode>? users)) _consumers.Add(input, users = []);
                users.Add(node);
            }
        }
    }

    /// <summary>
    /// The nodes that some model output depends on, in the canonical topological order: depth first from the outputs, along
    /// the inputs, both in the order of their positions. It depends neither on the order of the nodes in the file nor on names.
    /// </summary>
    public ImmutableArray<GraphNode> Nodes { get; }

    /// <summary>What the model must be given, without initializers that are listed as inputs.</summary>
    public ImmutableArray<ValueInfoProto> Inputs { get; }

    /// <summary>What the model gives.</summary>
    public ImmutableArray<ValueInfoProto> Outputs { get; }

    internal GraphProto Proto { get; }

    /// <summary>The node that makes a tensor; null for inputs, initializers and names that the graph does not know.</summary>
    public GraphNode? Producer(string tensor) => _producers.GetValueOrDefault(tensor);

    /// <summary>The nodes that use a tensor, in canonical order.</summary>
    public IReadOnlyList<GraphNode> Consumers(string tensor) => _consumers.TryGetValue(tensor, out List<GraphNode>? users) ? users : [];

    /// <summary>Whether the tensor is an input that the model must be given.</summary>
    public bool IsInput(string tensor) => _inputs.Contains(tensor);

    /// <summary>Whether the tensor is an initializer.</summary>
    public bool IsInitializer(string tensor) => _initializers.ContainsKey(tensor) || _sparseInitializers.ContainsKey(tensor);

    /// <summary>Whether the tensor depends on the model's input and some output depends on it.</summary>
    public bool IsActivation(string tensor) =>
        _inputs.Contains(tensor) || (_producers.TryGetValue(tensor, out GraphNode? producer) && producer is { Order: >= 0, IsConstant: false });

    /// <summary>The nodes that these tensors depend on, not looking beyond those of <paramref name="stop"/>.</summary>
    internal HashSet<GraphNode> Upstream(IEnumerable<string> tensors, IReadOnlySet<string> stop)
    {
        HashSet<GraphNode> found = [];
        Stack<string> open = new(tensors);
        while (open.TryPop(out string? tensor))
        {
            if (stop.Contains(tensor) || Producer(tensor) is not { } producer || !found.Add(producer)) continue;
            foreach (string input in producer.Inputs) open.Push(input);
        }

        return found;
    }

    /// <summary>An initializer's dimensions; null if there is none of that name.</summary>
    internal IReadOnlyList<long>? InitializerDimensions(string tensor) =>
        _initializers.TryGetValue(tensor, out int i) ? Proto.Initializer[i].Dims
        : _sparseInitializers.TryGetValue(tensor, out int j) ? Proto.SparseInitializer[j].Dims
        : null;

    /// <summary>The graphs inside an attribute.</summary>
    internal static IEnumerable<GraphProto> Subgraphs(AttributeProto attribute) =>
        attribute.G is null ? attribute.Graphs : attribute.Graphs.Prepend(attribute.G);

    private ImmutableArray<GraphNode> Order(GraphNode[] nodes)
    {
        List<GraphNode> order = new(nodes.Length);
        // 0 not seen, 1 under way, 2 done, by position in the file.
        byte[] state = new byte[nodes.Length];
        Stack<(GraphNode Node, int NextInput)> stack = new();
        foreach (ValueInfoProto output in Outputs)
        {
            if (Visit(output.Name) is { } producer) Finish(producer);
        }

        int used = order.Count;
        for (int i = 0; i < used; i++) order[i].Order = i;
        // The others are visited too, so that a graph with a cycle or a gap anywhere is refused.
        foreach (GraphNode node in nodes)
        {
            if (state[node.Position] == 0) Finish(node);
        }

        return [.. order.Take(used)];

        GraphNode? Visit(string tensor)
        {
            if (_producers.TryGetValue(tensor, out GraphNode? producer)) return state[producer.Position] == 2 ? null : producer;
            if (_inputs.Contains(tensor) || IsInitializer(tensor)) return null;
            throw Bad($"nothing makes the tensor '{tensor}'");
        }

        void Finish(GraphNode root)
        {
            state[root.Position] = 1;
            stack.Push((root, 0));
            while (stack.TryPop(out (GraphNode Node, int NextInput) top))
            {
                if (top.NextInput == top.Node.Inputs.Length)
                {
                    state[top.Node.Position] = 2;
                    order.Add(top.Node);
                    continue;
                }

                stack.Push((top.Node, top.NextInput + 1));
                if (Visit(top.Node.Inputs[top.NextInput]) is not { } producer) continue;
                if (state[producer.Position] == 1) throw Bad($"its node {producer} depends on itself");
                state[producer.Position] = 1;
                stack.Push((producer, 0));
            }
        }
    }

    private static ImmutableArray<string> NeededBy(NodeProto node)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        ImmutableArray<string>.Builder needed = ImmutableArray.CreateBuilder<string>(node.Input.Count);
        foreach (string input in node.Input) Need(input);
        foreach (AttributeProto attribute in node.Attribute.OrderBy(a => a.Name, StringComparer.Ordinal))
        {
            foreach (GraphProto graph in Subgraphs(attribute)) Captured(graph, [], Need);
        }

        return needed.ToImmutable();

        void Need(string tensor)
        {
            if (tensor.Length > 0 && seen.Add(tensor)) needed.Add(tensor);
        }
    }

    // Protobuf's limit on nesting bounds this recursion. What is captured is passed on in depth-first order from the
    // subgraph's outputs, which does not depend on the order of its nodes.
    private static void Captured(GraphProto graph, ImmutableHashSet<string> outer, Action<string> need)
    {
        Dictionary<string, NodeProto> producers = new(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output) producers.TryAdd(output, node);
        }

        ImmutableHashSet<string> known = outer.Union(graph.Input.Select(i => i.Name)).Union(graph.Initializer.Select(i => i.Name))
            .Union(graph.SparseInitializer.Select(s => s.Values?.Name ?? "")).Union(producers.Keys);
        HashSet<NodeProto> visited = new(ReferenceEqualityComparer.Instance);
        Stack<string> open = new(graph.Output.Select(o => o.Name).Reverse());
        Drain();
        foreach (NodeProto node in graph.Node)
        {
            if (!visited.Contains(node)) Expand(node);
            Drain();
        }

        void Drain()
        {
            while (open.TryPop(out string? tensor))
            {
                if (producers.TryGetValue(tensor, out NodeProto? producer))
                {
                    if (!visited.Contains(producer)) Expand(producer);
                }
                else if (!known.Contains(tensor))
                {
                    need(tensor);
                }
            }
        }

        void Expand(NodeProto node)
        {
            visited.Add(node);
            foreach (AttributeProto attribute in node.Attribute.OrderBy(a => a.Name, StringComparer.Ordinal))
            {
                foreach (GraphProto inner in Subgraphs(attribute)) Captured(inner, known, need);
            }

            for (int i = node.Input.Count - 1; i >= 0; i--) open.Push(node.Input[i]);
        }
    }

    private void Add(Dictionary<string, int> initializers, string name, int index)
    {
        if (IsInitializer(name) || !initializers.TryAdd(Named(name), index)) throw Twice(name);
    }

    private string Named(string name) => name.Length > 0 ? name : throw Bad("a tensor of it has no name");

    private IsthmusException Twice(string tensor) => Bad($"two things in it make the tensor '{tensor}'");

    private IsthmusException Bad(string why) => new(ErrorKind.Model, $"The graph of '{_model}' is not valid: {why}; export the model again.");
}
