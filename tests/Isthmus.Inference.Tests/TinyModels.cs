using Google.Protobuf;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Inference.Tests;

/// <summary>Small networks, written as messages.</summary>
internal static class TinyModels
{
    /// <summary>A graph with one input, one output and these nodes; a dimension of 0 is dynamic.</summary>
    public static ModelProto Graph(long[] input, long[] output, params NodeProto[] nodes)
    {
        GraphProto graph = new() { Name = "tiny" };
        graph.Input.Add(Value("x", input));
        graph.Output.Add(Value("y", output));
        graph.Node.AddRange(nodes);
        ModelProto model = new() { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 13 });
        return model;
    }

    public static NodeProto Node(string op, string[] inputs, string[] outputs, params AttributeProto[] attributes)
    {
        NodeProto node = new() { OpType = op };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    public static ValueInfoProto Value(string name, long[] shape, int type = 1)
    {
        TensorShapeProto dims = new();
        foreach (long d in shape)
            dims.Dim.Add(d > 0 ? new TensorShapeProto.Types.Dimension { DimValue = d } : new TensorShapeProto.Types.Dimension { DimParam = "N" });
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = type, Shape = dims } } };
    }

    /// <summary>y = x + x.</summary>
    public static byte[] Doubler(params long[] shape) => Graph(shape, shape, Node("Add", ["x", "x"], ["y"])).ToByteArray();
}
