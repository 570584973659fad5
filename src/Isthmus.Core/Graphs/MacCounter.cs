using Google.Protobuf.Collections;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Graphs;

/// <summary>
/// Counts multiply-accumulates (MACs) as the literature does: convolutions, matrix products and recurrent layers, without
/// biases, and nothing for the rest. The bodies of If, Loop, Scan and of model-local functions are not counted.
/// </summary>
public static class MacCounter
{
    /// <summary>The MACs of one node for the shapes given.</summary>
    /// <param name="node">The node.</param>
    /// <param name="graph">Its graph, which knows the shapes of the weights.</param>
    /// <param name="tensors">The shapes of what nodes make and of the model's inputs.</param>
    /// <returns>The MACs; 0 if the operator has none, or a shape is not known.</returns>
    public static long Count(GraphNode node, NetworkGraph graph, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(tensors);
        try
        {
            checked
            {
                return Math.Max(0, CountChecked(node.Proto, new Shapes(graph, tensors)));
            }
        }
        catch (OverflowException)
        {
            throw new IsthmusException(ErrorKind.Model, $"The multiply-accumulates of the node {node} are beyond all bounds: the shapes of the model cannot be right.");
        }
    }

    /// <summary>
    /// The number of parameters: elements of all initializers and Constant tensors that an output depends on, without scalars
    /// and without int64 and boolean tensors, which hold shapes and axes rather than what was learned.
    /// </summary>
    public static long CountParameters(NetworkGraph graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        HashSet<string> used = graph.Nodes.SelectMany(n => n.Inputs).ToHashSet(StringComparer.Ordinal);
        IEnumerable<TensorProto> stored = graph.Proto.Initializer.Where(i => used.Contains(i.Name))
            .Concat(graph.Nodes.Where(n => n is { Operator: "Constant", IsStandard: true }).SelectMany(n => n.Proto.Attribute).Where(a => a.T is not null).Select(a => a.T));
        return stored
            .Where(t => t.Dims.Count > 0 && (ElementType)t.DataType is not (ElementType.Int64 or ElementType.Bool))
            .Sum(t => Elements(t.Dims));
    }

    // Every product here is of numbers that came with the model; checked arithmetic in the caller's context is not inherited.
    private static long CountChecked(NodeProto node, Shapes shapes) => node.OpType switch
    {
        "Conv" or "FusedConv" or "NhwcFusedConv" or "NhwcConv" or "ConvInteger" or "DeformConv" => Convolution(shapes.Of(node, output: 0), shapes.Of(node.Input, 1)),
        "QLinearConv" => Convolution(shapes.Of(node, output: 0), shapes.Of(node.Input, 3)),
        "ConvTranspose" => Convolution(shapes.Of(node.Input, 0), shapes.Of(node.Input, 1)),
        "Gemm" or "FusedGemm" or "QGemm" => Product(shapes.Of(node, output: 0), shapes.Of(node.Input, 0), Integer(node, "transA") != 0 ? 0 : 1),
        "MatMul" or "MatMulInteger" or "QLinearMatMul" or "MatMulNBits" or "MatMulIntegerToFloat" or "DynamicQuantizeMatMul" or "TransposeMatMul" =>
            Product(shapes.Of(node, output: 0), shapes.Of(node.Input, 0), -1),
        "FusedMatMul" => Product(shapes.Of(node, output: 0), shapes.Of(node.Input, 0), Integer(node, "transA") != 0 ? -2 : -1),
        "LSTM" => Recurrent(shapes, node, gates: 4),
        "GRU" => Recurrent(shapes, node, gates: 3),
        "RNN" => Recurrent(shapes, node, gates: 1),
        "Einsum" => Contraction(shapes, node),
        _ => 0,
    };

    // Weights are [outputs, inputs per group, kernel…]; for the transposed kind [inputs, outputs per group, kernel…], and there
    // it is every input element that takes part in outputs per group × kernel products.
    private static long Convolution(IReadOnlyList<long>? elements, IReadOnlyList<long>? weights) =>
        elements is null || weights is not { Count: > 1 } ? 0 : checked(Elements(elements) * Elements(weights.Skip(1)));

    private static long Product(IReadOnlyList<long>? output, IReadOnlyList<long>? left, int inner)
    {
        if (output is null || left is null) return 0;
        int axis = inner < 0 ? left.Count + inner : inner;
        return axis < 0 || axis >= left.Count ? 0 : checked(Elements(output) * left[axis]);
    }

    // X is [steps, batch, inputs], W [directions, gates·hidden, inputs], R [directions, gates·hidden, hidden].
    private static long Recurrent(Shapes shapes, NodeProto node, int gates)
    {
        if (shapes.Of(node.Input, 0) is not { Count: 3 } x || shapes.Of(node.Input, 1) is not { Count: 3 } w) return 0;
        return checked(x[0] * x[1] * w[0] * w[1] * (x[2] + (w[1] / gates)));
    }

    private static long Contraction(Shapes shapes, NodeProto node)
    {
        string equation = node.Attribute.FirstOrDefault(a => a.Name == "equation")?.S?.ToStringUtf8() ?? "";
        string[] terms = equation.Replace(" ", "", StringComparison.Ordinal).Split("->")[0].Split(',');
        if (terms.Length < 2) return 0;
        Dictionary<char, long> sizes = [];
        for (int i = 0; i < terms.Length; i++)
        {
            // An ellipsis would need broadcasting; nobody splits such a network for its MACs.
            if (shapes.Of(node.Input, i) is not { } shape || shape.Count != terms[i].Length) return 0;
            for (int d = 0; d < shape.Count; d++) sizes[terms[i][d]] = shape[d];
        }

        return Elements(sizes.Values);
    }

    private static long Integer(NodeProto node, string attribute) => node.Attribute.FirstOrDefault(a => a.Name == attribute)?.I ?? 0;

    private static long Elements(IEnumerable<long> dimensions) => dimensions.Aggregate(1L, (product, d) => checked(product * d));

    private readonly struct Shapes(NetworkGraph graph, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        public IReadOnlyList<long>? Of(RepeatedField<string> inputs, int index) => index < inputs.Count ? Of(inputs[index]) : null;

        public IReadOnlyList<long>? Of(NodeProto node, int output) => output < node.Output.Count ? Of(node.Output[output]) : null;

        private IReadOnlyList<long>? Of(string tensor) =>
            tensors.TryGetValue(tensor, out TensorDescription? known) ? known.Shape.Dimensions : graph.InitializerDimensions(tensor);
    }
}
