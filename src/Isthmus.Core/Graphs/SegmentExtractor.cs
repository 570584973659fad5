using System.Collections.Immutable;
using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Core.Graphs;

/// <summary>
/// Takes the part between two cuts out of a model, as a valid ONNX model of its own. Nodes and weights are copied byte for
/// byte, and with them everything that this software does not know of: opset imports, functions, metadata, unknown fields.
/// </summary>
public static class SegmentExtractor
{
    /// <summary>Extracts a segment.</summary>
    /// <param name="model">The whole model.</param>
    /// <param name="from">The tensors where the segment begins, which become its inputs in this order; null for the model's inputs.</param>
    /// <param name="to">The tensors where it ends, which become its outputs in this order; null for the model's outputs.</param>
    /// <param name="tensors">Types and shapes of the tensors that are named.</param>
    /// <returns>The segment's file. A tensor in both <paramref name="from"/> and <paramref name="to"/> is passed through.</returns>
    /// <exception cref="IsthmusException">The tensors are no cut of this model, or the second lies before the first.</exception>
    public static byte[] Extract(OnnxModel model, IReadOnlyList<string>? from, IReadOnlyList<string>? to, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tensors);
        NetworkGraph graph = model.Graph;
        CheckNames(model, from, "begin");
        CheckNames(model, to, "end");

        SegmentContent content = Needed(model, from, to);
        using MemoryStream segment = new(capacity: 1 << 16);
        using MemoryStream graphBytes = new(capacity: 1 << 16);
        WireReader reader = new(model.File.Span);
        CodedOutputStream output = new(segment);
        while (reader.Next())
        {
            if (reader.Field == ModelFields.Graph)
            {
                WriteGraph(graphBytes, reader.Value, model, content, from, to, tensors);
                output.WriteTag(ModelFields.Graph, WireFormat.WireType.LengthDelimited);
                output.WriteLength((int)graphBytes.Length);
                output.Flush();
                graphBytes.WriteTo(segment);
            }
            else if (reader.Field != ModelFields.TrainingInfo)
            {
                // How the whole was trained speaks of tensors that a segment may not have.
                output.Flush();
                segment.Write(reader.Whole);
            }
        }

        output.Flush();
        return segment.ToArray();
    }

    /// <summary>The same model with these tensors as further outputs, so that a run shows what they are.</summary>
    public static byte[] WithOutputs(OnnxModel model, IReadOnlyCollection<string> tensors)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tensors);
        using MemoryStream added = new();
        CodedOutputStream outputs = new(added);
        foreach (string tensor in tensors)
        {
            outputs.WriteTag(ModelFields.GraphOutput, WireFormat.WireType.LengthDelimited);
            outputs.WriteMessage(new ValueInfoProto { Name = tensor });
        }

        outputs.Flush();
        using MemoryStream whole = new(model.File.Length + (int)added.Length + 16);
        CodedOutputStream output = new(whole);
        for (WireReader reader = new(model.File.Span); reader.Next();)
        {
            if (reader.Field == ModelFields.Graph)
            {
                output.WriteTag(ModelFields.Graph, WireFormat.WireType.LengthDelimited);
                output.WriteLength(checked(reader.Value.Length + (int)added.Length));
                output.Flush();
                whole.Write(reader.Value);
                added.WriteTo(whole);
            }
            else
            {
                whole.Write(reader.Whole);
            }
        }

        return whole.ToArray();
    }

    private static void CheckNames(OnnxModel model, IReadOnlyList<string>? names, string where)
    {
        if (names is null) return;
        if (names.Count == 0) throw new IsthmusException(ErrorKind.Model, $"A segment of '{model.Name}' cannot {where} at no tensor at all.");
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Count) throw new IsthmusException(ErrorKind.Model, $"A segment of '{model.Name}' names a tensor twice: {string.Join(", ", names)}.");
        foreach (string name in names)
        {
            if (!model.Graph.IsActivation(name))
                throw new IsthmusException(ErrorKind.Model, $"'{name}' is not an activation of '{model.Name}': 'isthmus inspect' lists where it can be cut.");
        }
    }

    private static SegmentContent Needed(OnnxModel model, IReadOnlyList<string>? from, IReadOnlyList<string>? to)
    {
        NetworkGraph graph = model.Graph;
        HashSet<string> begin = new(from ?? [], StringComparer.Ordinal);
        HashSet<string> used = new(StringComparer.Ordinal);
        HashSet<GraphNode> nodes = [];
        Stack<string> open = new(to ?? graph.Outputs.Select(o => o.Name));
        while (open.TryPop(out string? tensor))
        {
            if (!used.Add(tensor) || begin.Contains(tensor)) continue;
            if (graph.IsInput(tensor) && from is not null)
                throw new IsthmusException(ErrorKind.Model, $"{string.Join(", ", from)} {(from.Count == 1 ? "does" : "do")} not separate '{model.Name}': what comes after also needs its input '{tensor}'. 'isthmus inspect' lists where it can be cut.");
            if (graph.Producer(tensor) is not { } producer || !nodes.Add(producer)) continue;
            foreach (string input in producer.Inputs) open.Push(input);
        }

        if (from?.FirstOrDefault(t => !used.Contains(t)) is { } unused)
            throw new IsthmusException(ErrorKind.Model, $"Nothing in this segment of '{model.Name}' uses '{unused}': does the segment end before it begins?");
        ImmutableArray<GraphNode> ordered = [.. nodes.OrderBy(n => n.Order)];
        // What a tensor is for does not matter here: also the omitted outputs of a kept node are made.
        used.UnionWith(ordered.SelectMany(n => n.Outputs));
        return new(ordered, used);
    }

    private static void WriteGraph(
        MemoryStream target, ReadOnlySpan<byte> graphBytes, OnnxModel model, SegmentContent content,
        IReadOnlyList<string>? from, IReadOnlyList<string>? to, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        NetworkGraph graph = model.Graph;
        string? batch = BatchName(graph);
        Range[] nodes = new Range[graph.Proto.Node.Count];
        HashSet<string> declared = new((from ?? []).Concat(to ?? []), StringComparer.Ordinal);

        // Nodes are written in topological order, whatever order the file has them in, so they are only located here.
        int node = 0;
        for (WireReader reader = new(graphBytes); reader.Next();)
        {
            if (reader.Field == ModelFields.GraphNode) nodes[node++] = new Range(reader.Start, reader.Start + reader.Whole.Length);
        }

        foreach (GraphNode kept in content.Nodes) target.Write(graphBytes[nodes[kept.Position]]);

        using CodedOutputStream output = new(target, leaveOpen: true);
        if (from is not null) WriteBoundary(output, ModelFields.GraphInput, from);
        if (to is not null) WriteBoundary(output, ModelFields.GraphOutput, to);
        output.Flush();

        int initializer = 0, sparse = 0, input = 0, info = 0;
        for (WireReader reader = new(graphBytes); reader.Next();)
        {
            bool keep = reader.Field switch
            {
                ModelFields.GraphNode => false,
                ModelFields.GraphInitializer => content.Tensors.Contains(graph.Proto.Initializer[initializer++].Name),
                ModelFields.GraphSparseInitializer => content.Tensors.Contains(graph.Proto.SparseInitializer[sparse++].Values?.Name ?? ""),
                ModelFields.GraphInput => KeepInput(graph.Proto.Input[input++].Name),
                ModelFields.GraphOutput => to is null,
                ModelFields.GraphValueInfo => KeepInfo(graph.Proto.ValueInfo[info++].Name),
                // TensorAnnotation has the tensor's name as its first field.
                ModelFields.GraphQuantizationAnnotation => content.Tensors.Contains(FirstText(reader.Value)),
                _ => true,
            };
            if (keep) target.Write(reader.Whole);
        }

        // Old models list initializers as inputs too, and must go on doing so; the model's own inputs stay in a head only.
        bool KeepInput(string name) => graph.IsInitializer(name) ? content.Tensors.Contains(name) : from is null;

        bool KeepInfo(string name) => content.Tensors.Contains(name) && !declared.Contains(name) && !graph.IsInput(name);

        void WriteBoundary(CodedOutputStream stream, int field, IReadOnlyList<string> names)
        {
            foreach (string name in names)
            {
                ValueInfoProto? known = graph.Proto.ValueInfo.FirstOrDefault(v => v.Name == name) ?? graph.Outputs.FirstOrDefault(v => v.Name == name);
                ValueInfoProto boundary = tensors.TryGetValue(name, out TensorDescription? seen) ? Describe(seen, batch)
                    : known ?? throw new IsthmusException(ErrorKind.Model, $"The type of '{name}' in '{model.Name}' is not known: analyse the model first.");
                stream.WriteTag(field, WireFormat.WireType.LengthDelimited);
                stream.WriteMessage(boundary);
            }
        }
    }

    private static ValueInfoProto Describe(TensorDescription tensor, string? batch)
    {
        TensorShapeProto shape = new();
        for (int i = 0; i < tensor.Shape.Rank; i++)
        {
            // The shape was seen with one input; where the model takes any number of them, so must the segment.
            bool open = i == 0 && batch is not null && tensor.Shape[0] == 1;
            shape.Dim.Add(open ? new TensorShapeProto.Types.Dimension { DimParam = batch } : new TensorShapeProto.Types.Dimension { DimValue = tensor.Shape[i] });
        }

        return new ValueInfoProto
        {
            Name = tensor.Name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)tensor.ElementType, Shape = shape } },
        };
    }

    // The name of the batch dimension if it is open; null if every input has a fixed one.
    private static string? BatchName(NetworkGraph graph)
    {
        foreach (ValueInfoProto input in graph.Inputs)
        {
            if (input.Type?.TensorType?.Shape?.Dim is not { Count: > 0 } dimensions || dimensions[0].DimValue > 0) continue;
            return dimensions[0].DimParam is { Length: > 0 } name ? name : "batch";
        }

        return null;
    }

    private static string FirstText(ReadOnlySpan<byte> message)
    {
        for (WireReader reader = new(message); reader.Next();)
        {
            if (reader is { Field: 1, Kind: WireKind.LengthDelimited }) return System.Text.Encoding.UTF8.GetString(reader.Value);
        }

        return "";
    }

    private readonly record struct SegmentContent(ImmutableArray<GraphNode> Nodes, HashSet<string> Tensors);
}
