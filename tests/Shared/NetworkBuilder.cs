using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Isthmus.Core.Graphs;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;

namespace Isthmus.Tests.Shared;

/// <summary>Builds small ONNX models for tests: real ones, that ONNX Runtime runs, with seeded random weights.</summary>
internal sealed class NetworkBuilder
{
    private readonly Random _random;
    private int _names;

    public NetworkBuilder(int opset = 13, int seed = 1)
    {
        _random = new Random(seed);
        Model = new ModelProto { IrVersion = 7, ProducerName = "tests", Graph = new GraphProto { Name = "network" } };
        Model.OpsetImport.Add(new OperatorSetIdProto { Version = opset });
    }

    public ModelProto Model { get; }

    public GraphProto Graph => Model.Graph;

    /// <summary>The model, parsed as a file would be.</summary>
    public OnnxModel Build(string name = "network") => OnnxModel.Parse(Model.ToByteArray(), name);

    /// <summary>An input; a negative dimension is open, and the first such is called N.</summary>
    public string Input(string name, ElementType type, params long[] shape)
    {
        Graph.Input.Add(Info(name, type, shape));
        return name;
    }

    public string Image(int channels, int size, bool openBatch = false) => Input("image", ElementType.Float32, openBatch ? -1 : 1, channels, size, size);

    public NetworkBuilder Output(string name, ElementType type = ElementType.Float32)
    {
        Graph.Output.Add(Info(name, type, null));
        return this;
    }

    public string Node(string type, IEnumerable<string> inputs, params AttributeProto[] attributes) => Nodes(type, inputs, 1, attributes)[0];

    public string[] Nodes(string type, IEnumerable<string> inputs, int outputs, params AttributeProto[] attributes)
    {
        NodeProto node = new() { OpType = type, Name = Name() };
        node.Input.Add(inputs);
        string[] made = [.. Enumerable.Range(0, outputs).Select(_ => Name())];
        node.Output.Add(made);
        node.Attribute.Add(attributes);
        Graph.Node.Add(node);
        return made;
    }

    public string Weights(params long[] shape)
    {
        // Scaled so that activations neither vanish nor grow from layer to layer.
        double fanIn = shape.Length < 2 ? 100 : shape.Length == 2 ? shape[0] : shape.Skip(1).Aggregate(1.0, (a, b) => a * b);
        float[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)((_random.NextDouble() - 0.5) * Math.Sqrt(24 / fanIn)))];
        return Initializer(ElementType.Float32, MemoryMarshal.AsBytes<float>(values).ToArray(), shape);
    }

    public string Scalar(float value) => Initializer(ElementType.Float32, BitConverter.GetBytes(value), []);

    public string Integers(params long[] values) => Initializer(ElementType.Int64, MemoryMarshal.AsBytes<long>(values).ToArray(), [values.Length]);

    public string Initializer(ElementType type, byte[] data, long[] shape)
    {
        TensorProto tensor = new() { Name = Name(), DataType = (int)type, RawData = ByteString.CopyFrom(data) };
        tensor.Dims.Add(shape);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Conv(string x, int inputs, int outputs, int kernel, int stride = 1, int group = 1) =>
        Node("Conv", [x, Weights(outputs, inputs / group, kernel, kernel), Weights(outputs)],
            Ints("strides", stride, stride), Ints("pads", kernel / 2, kernel / 2, kernel / 2, kernel / 2), Int("group", group), Ints("kernel_shape", kernel, kernel));

    public string ConvRelu(string x, int inputs, int outputs, int kernel, int stride = 1, int group = 1) =>
        Node("Relu", [Conv(x, inputs, outputs, kernel, stride, group)]);

    public string MaxPool(string x, int stride = 2) => Node("MaxPool", [x], Ints("kernel_shape", 3, 3), Ints("strides", stride, stride), Ints("pads", 1, 1, 1, 1));

    public string Concat(params string[] tensors) => Node("Concat", tensors, Int("axis", 1));

    public string Classifier(string x, int channels, int classes)
    {
        string flat = Node("Flatten", [Node("GlobalAveragePool", [x])]);
        string logits = Node("Gemm", [flat, Weights(channels, classes), Weights(classes)]);
        string probabilities = Node("Softmax", [logits], Int("axis", 1));
        Output(probabilities);
        return probabilities;
    }

    public string Name() => "t" + (_names++).ToString(CultureInfo.InvariantCulture);

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Ints(string name, params long[] values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        attribute.Ints.Add(values);
        return attribute;
    }

    public static AttributeProto Subgraph(string name, GraphProto graph) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Graph, G = graph };

    public static ValueInfoProto Info(string name, ElementType type, long[]? shape)
    {
        TypeProto.Types.Tensor tensor = new() { ElemType = (int)type };
        if (shape is not null)
        {
            tensor.Shape = new TensorShapeProto();
            for (int i = 0; i < shape.Length; i++)
            {
                tensor.Shape.Dim.Add(shape[i] >= 0 ? new TensorShapeProto.Types.Dimension { DimValue = shape[i] }
                    : new TensorShapeProto.Types.Dimension { DimParam = i == 0 ? "N" : "d" + i.ToString(CultureInfo.InvariantCulture) });
            }
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = tensor } };
    }
}
