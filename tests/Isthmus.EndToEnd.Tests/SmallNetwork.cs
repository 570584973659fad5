using Google.Protobuf;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Inference.Manifests;

namespace Isthmus.EndToEnd.Tests;

/// <summary>
/// A small convolutional network with seeded weights, so that whole processes are tested where no real network is at hand: 3×32×32
/// pictures, ten classes, and a narrow place of 4×8×8 values in the middle.
/// </summary>
internal static class SmallNetwork
{
    public const int Side = 32;
    public const int Classes = 10;

    /// <summary>The tensor before it.</summary>
    public const string Wide = "wide";

    /// <summary>The tensor at the narrow place.</summary>
    public const string Narrow = "squeezed";

    public static readonly long[] NarrowShape = [1, 4, 8, 8];

    /// <summary>The network as an ONNX file.</summary>
    public static byte[] Onnx(int seed = 1)
    {
        Random random = new(seed);
        GraphProto graph = new() { Name = "small" };
        graph.Input.Add(Value("image", 1, 3, Side, Side));
        graph.Output.Add(Value("scores", 1, Classes));
        Convolution("image", "a", 3, 8);
        Node("Relu", ["a"], Wide);
        Convolution(Wide, "b", 8, 4);
        Node("Relu", ["b"], Narrow);
        Convolution(Narrow, "c", 4, 16);
        Node("Relu", ["c"], "deep");
        Node("GlobalAveragePool", ["deep"], "pooled");
        Node("Flatten", ["pooled"], "flat");
        Weights("dense", 0.8f, 16, Classes);
        Node("MatMul", ["flat", "dense"], "logits");
        Node("Softmax", ["logits"], "scores");
        ModelProto model = new() { IrVersion = 8, Graph = graph, ProducerName = "isthmus tests" };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 13 });
        return model.ToByteArray();

        void Convolution(string input, string output, int from, int to)
        {
            Weights($"{output}.weight", 0.25f, to, from, 3, 3);
            NodeProto node = Node("Conv", [input, $"{output}.weight"], output);
            node.Attribute.Add(Integers("strides", 2, 2));
            node.Attribute.Add(Integers("pads", 1, 1, 1, 1));
        }

        NodeProto Node(string op, string[] inputs, string output)
        {
            NodeProto node = new() { OpType = op };
            node.Input.AddRange(inputs);
            node.Output.Add(output);
            graph.Node.Add(node);
            return node;
        }

        void Weights(string name, float size, params long[] shape)
        {
            TensorProto tensor = new() { Name = name, DataType = (int)TensorProto.Types.DataType.Float };
            tensor.Dims.AddRange(shape);
            for (long i = shape.Aggregate((a, b) => a * b); i > 0; i--) tensor.FloatData.Add(size * (2 * random.NextSingle() - 1));
            graph.Initializer.Add(tensor);
        }
    }

    /// <summary>Writes the network and its manifest into a folder.</summary>
    /// <returns>The path of the network.</returns>
    public static string Write(TestFolder folder, string name = "small.onnx", int seed = 1)
    {
        string path = folder.Write(name, Onnx(seed));
        ModelManifest manifest = new() { Width = Side, Height = Side, Mean = new(128), Scale = new(128) };
        folder.Write(Path.GetRelativePath(folder.Location, ManifestFile.PathFor(path)), manifest.ToJson());
        return path;
    }

    private static ValueInfoProto Value(string name, params long[] shape)
    {
        TensorShapeProto dims = new();
        foreach (long d in shape) dims.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = d });
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = dims } } };
    }

    private static AttributeProto Integers(string name, params long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }
}
