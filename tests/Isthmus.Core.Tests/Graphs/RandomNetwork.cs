using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Tests.Shared;

namespace Isthmus.Core.Tests.Graphs;

/// <summary>A random network for property tests: a connected graph of convolutions and element-wise nodes, with side paths of integers and weights. Only its structure makes sense.</summary>
internal sealed class RandomNetwork
{
    private RandomNetwork(ModelProto proto, Dictionary<string, TensorDescription> tensors)
    {
        Proto = proto;
        Tensors = tensors;
    }

    public ModelProto Proto { get; }

    public IReadOnlyDictionary<string, TensorDescription> Tensors { get; }

    public OnnxModel Model => OnnxModel.Parse(Google.Protobuf.MessageExtensions.ToByteArray(Proto), "random");

    public static RandomNetwork Create(int seed, int maxNodes)
    {
        Random random = new(seed);
        NetworkBuilder builder = new(seed: seed);
        Dictionary<string, TensorDescription> tensors = new(StringComparer.Ordinal);
        List<string> activations = [];
        for (int i = random.Next(8) == 0 ? 2 : 1; i > 0; i--)
            activations.Add(Describe(builder.Input($"input{i}", ElementType.Float32, 1, 3, 8, 8), ElementType.Float32, 3 * 64));

        int nodes = random.Next(2, maxNodes + 1);
        for (int i = 0; i < nodes; i++)
        {
            // Mostly deep, sometimes far back: that gives chains, branches and skips.
            string Pick() => activations[random.Next(3) > 0 ? Math.Max(0, activations.Count - 1 - random.Next(3)) : random.Next(activations.Count)];
            int size = 1 << random.Next(1, 10);
            ElementType type = random.Next(6) == 0 ? ElementType.Int64 : ElementType.Float32;
            switch (random.Next(6))
            {
                case 0:
                    activations.Add(Describe(builder.Node("Conv", [Pick(), builder.Weights(random.Next(1, 5), 3, 1, 1)]), ElementType.Float32, size));
                    break;
                case 1:
                    foreach (string part in builder.Nodes("Split", [Pick()], 2)) activations.Add(Describe(part, type, size));
                    break;
                case 2:
                    activations.Add(Describe(builder.Node("Mul", [Pick(), builder.Node("Exp", [builder.Weights(2)])]), type, size));
                    break;
                case 3:
                    activations.Add(Describe(builder.Node("Clip", [Pick(), "", Pick()]), type, size));
                    break;
                default:
                    activations.Add(Describe(builder.Node("Add", [Pick(), Pick()]), type, size));
                    break;
            }
        }

        // Whatever nobody uses is an output, but for a few that are dead.
        HashSet<string> used = builder.Graph.Node.SelectMany(n => n.Input).ToHashSet(StringComparer.Ordinal);
        string[] ends = [.. activations.Where(a => !used.Contains(a) && !a.StartsWith("input", StringComparison.Ordinal))];
        string last = ends[^1];
        foreach (string end in ends)
        {
            if (end == last || random.Next(4) == 0) builder.Output(end, tensors[end].ElementType);
        }

        return new(builder.Model, tensors);

        string Describe(string name, ElementType type, int elements)
        {
            tensors.Add(name, new(name, type, new TensorShape(1, elements)));
            return name;
        }
    }

    /// <summary>The same network with other names, and its nodes and initializers in another order.</summary>
    public (RandomNetwork Network, IReadOnlyDictionary<string, string> NewNames) Disguise(int seed)
    {
        Random random = new(seed);
        ModelProto proto = Proto.Clone();
        string[] names =
        [
            .. proto.Graph.Input.Select(i => i.Name).Concat(proto.Graph.Initializer.Select(i => i.Name)).Concat(proto.Graph.Node.SelectMany(n => n.Output)).Distinct(),
        ];
        string[] fresh = [.. Enumerable.Range(0, names.Length).Select(i => $"x{i:000}")];
        random.Shuffle(fresh);
        Dictionary<string, string> map = names.Zip(fresh).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal);
        map[""] = "";
        foreach (NodeProto node in proto.Graph.Node)
        {
            node.Name = "";
            for (int i = 0; i < node.Input.Count; i++) node.Input[i] = map[node.Input[i]];
            for (int i = 0; i < node.Output.Count; i++) node.Output[i] = map[node.Output[i]];
        }

        foreach (TensorProto tensor in proto.Graph.Initializer) tensor.Name = map[tensor.Name];
        foreach (ValueInfoProto info in proto.Graph.Input.Concat(proto.Graph.Output)) info.Name = map[info.Name];
        NodeProto[] nodes = [.. proto.Graph.Node];
        TensorProto[] initializers = [.. proto.Graph.Initializer];
        random.Shuffle(nodes);
        random.Shuffle(initializers);
        proto.Graph.Node.Clear();
        proto.Graph.Node.Add(nodes);
        proto.Graph.Initializer.Clear();
        proto.Graph.Initializer.Add(initializers);
        Dictionary<string, TensorDescription> tensors = Tensors.Values.ToDictionary(t => map[t.Name], t => t with { Name = map[t.Name] }, StringComparer.Ordinal);
        return (new(proto, tensors), map);
    }
}
