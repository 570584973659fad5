using Google.Protobuf;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Node.Tests;

/// <summary>Small networks, written as messages.</summary>
internal static class TinyModels
{
    /// <summary>x [1, 4] → Relu a → Add b → Neg c → Add y: y = −4·max(x, 0); cuts at a, b and c.</summary>
    public static byte[] Chain() => Graph(
        [1, 4], [1, 4], Node("Relu", ["x"], ["a"]), Node("Add", ["a", "a"], ["b"]), Node("Neg", ["b"], ["c"]), Node("Add", ["c", "c"], ["y"]));

    /// <summary>y = x + x of this shape.</summary>
    public static byte[] Doubler(params long[] shape) => Graph(shape, shape, Node("Add", ["x", "x"], ["y"]));

    /// <summary>The mean of each colour of a picture of 8×8 pixels: [1, 3, 1, 1].</summary>
    public static byte[] Picture() => Graph([1, 3, 8, 8], [1, 3, 1, 1], Node("GlobalAveragePool", ["x"], ["y"]));

    private static byte[] Graph(long[] input, long[] output, params NodeProto[] nodes)
    {
        GraphProto graph = new() { Name = "tiny" };
        graph.Input.Add(Value("x", input));
        graph.Output.Add(Value("y", output));
        graph.Node.AddRange(nodes);
        ModelProto model = new() { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 13 });
        return model.ToByteArray();
    }

    private static NodeProto Node(string op, string[] inputs, string[] outputs)
    {
        NodeProto node = new() { OpType = op, Name = outputs[0] };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        return node;
    }

    private static ValueInfoProto Value(string name, long[] shape)
    {
        TensorShapeProto dims = new();
        foreach (long d in shape) dims.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = d });
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = dims } } };
    }
}
