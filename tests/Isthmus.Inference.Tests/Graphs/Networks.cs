using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;
using Isthmus.Tests.Shared;

namespace Isthmus.Inference.Tests.Graphs;

/// <summary>Small networks of the shapes that real ones have.</summary>
internal static class Networks
{
    /// <summary>Every one of them, by name.</summary>
    public static NetworkBuilder Create(string name) => name switch
    {
        nameof(Residual) => Residual(),
        nameof(Inception) => Inception(),
        nameof(OpenBatch) => Residual(openBatch: true),
        nameof(Quantized) => Quantized(),
        nameof(Conditional) => Conditional(),
        nameof(TwoOutputs) => TwoOutputs(),
        nameof(DynamicReshape) => DynamicReshape(),
        nameof(OldOpset) => OldOpset(),
        nameof(SharedWeights) => SharedWeights(),
        _ => throw new ArgumentOutOfRangeException(nameof(name)),
    };

    /// <summary>The residual network with an open batch.</summary>
    public const string OpenBatch = nameof(OpenBatch);

    /// <summary>Residual adds, one with a projection, as in a ResNet.</summary>
    public static NetworkBuilder Residual(bool openBatch = false)
    {
        NetworkBuilder builder = new();
        string x = builder.ConvRelu(builder.Image(3, 16, openBatch), 3, 8, 3);
        for (int block = 0; block < 3; block++)
        {
            int width = block == 2 ? 16 : 8, stride = block == 2 ? 2 : 1;
            string main = builder.Conv(builder.ConvRelu(x, 8, width, 3, stride), width, width, 3);
            string skip = block == 2 ? builder.Conv(x, 8, width, 1, stride) : x;
            x = builder.Node("Relu", [builder.Node("Add", [main, skip])]);
        }

        builder.Classifier(x, 16, 10);
        return builder;
    }

    /// <summary>Four branches, one of which branches again, then a narrowing block: Inception v3 in small.</summary>
    public static NetworkBuilder Inception()
    {
        NetworkBuilder builder = new(seed: 3);
        string x = builder.ConvRelu(builder.Image(3, 16), 3, 16, 3);
        for (int block = 0; block < 2; block++)
        {
            string one = builder.ConvRelu(x, 16, 4, 1);
            string two = builder.ConvRelu(builder.ConvRelu(x, 16, 3, 1), 3, 4, 3);
            string reduced = builder.ConvRelu(x, 16, 2, 1);
            string three = builder.Concat(builder.ConvRelu(reduced, 2, 2, 3), builder.ConvRelu(reduced, 2, 2, 1));
            string four = builder.ConvRelu(builder.MaxPool(x, stride: 1), 16, 4, 1);
            x = builder.Concat(one, two, three, four);
        }

        x = builder.Concat(builder.ConvRelu(x, 16, 8, 3, stride: 2), builder.ConvRelu(builder.ConvRelu(x, 16, 2, 1), 2, 8, 3, stride: 2), builder.MaxPool(x));
        builder.Classifier(x, 32, 10);
        return builder;
    }

    /// <summary>Quantise–dequantise pairs around every activation, and dequantised weights.</summary>
    public static NetworkBuilder Quantized()
    {
        NetworkBuilder builder = new();
        string Pair(string x, float scale)
        {
            string s = builder.Scalar(scale), z = builder.Initializer(ElementType.UInt8, [128], []);
            return builder.Node("DequantizeLinear", [builder.Node("QuantizeLinear", [x, s, z]), s, z]);
        }

        string Layer(string x, int inputs, int outputs, float scale)
        {
            byte[] weights = new byte[inputs * outputs * 9];
            new Random(inputs + outputs).NextBytes(weights);
            string w = builder.Node("DequantizeLinear", [builder.Initializer(ElementType.UInt8, weights, [outputs, inputs, 3, 3]), builder.Scalar(0.002f), builder.Initializer(ElementType.UInt8, [128], [])]);
            return Pair(builder.Node("Relu", [builder.Node("Conv", [x, w], NetworkBuilder.Ints("pads", 1, 1, 1, 1))]), scale);
        }

        string y = Layer(Pair(builder.Image(3, 8), 0.01f), 3, 8, 0.01f);
        y = builder.Node("Add", [Layer(y, 8, 8, 0.01f), y]);
        builder.Classifier(Layer(Pair(y, 0.02f), 8, 4, 0.02f), 4, 10);
        return builder;
    }

    /// <summary>An If whose branches take activations from outside.</summary>
    public static NetworkBuilder Conditional()
    {
        NetworkBuilder builder = new();
        string first = builder.ConvRelu(builder.Image(3, 8), 3, 4, 3);
        string second = builder.ConvRelu(first, 4, 4, 3);
        string mean = builder.Node("ReduceMean", [second], NetworkBuilder.Int("keepdims", 0));
        string condition = builder.Node("Greater", [mean, builder.Scalar(0.1f)]);
        GraphProto Branch(string name, string type, string captured)
        {
            GraphProto branch = new() { Name = name };
            branch.Node.Add(new NodeProto { OpType = type, Input = { captured }, Output = { name } });
            branch.Output.Add(NetworkBuilder.Info(name, ElementType.Float32, null));
            return branch;
        }

        string chosen = builder.Node(
            "If", [condition],
            NetworkBuilder.Subgraph("then_branch", Branch("then", "Tanh", second)),
            NetworkBuilder.Subgraph("else_branch", Branch("else", "Neg", first)));
        builder.Classifier(builder.ConvRelu(chosen, 4, 4, 3), 4, 10);
        return builder;
    }

    /// <summary>An output that is made half way.</summary>
    public static NetworkBuilder TwoOutputs()
    {
        NetworkBuilder builder = new();
        string x = builder.ConvRelu(builder.Image(3, 8), 3, 8, 3);
        string side = builder.Node("GlobalAveragePool", [x]);
        x = builder.ConvRelu(x, 8, 8, 3, stride: 2);
        x = builder.ConvRelu(x, 8, 4, 3, stride: 2);
        builder.Classifier(x, 4, 10);
        builder.Output(side);
        return builder;
    }

    /// <summary>A reshape to a shape that is computed from the batch, as exporters write it.</summary>
    public static NetworkBuilder DynamicReshape()
    {
        NetworkBuilder builder = new();
        string x = builder.ConvRelu(builder.Image(3, 8, openBatch: true), 3, 4, 3, stride: 2);
        string batch = builder.Node("Gather", [builder.Node("Shape", [x]), builder.Integers(0)], NetworkBuilder.Int("axis", 0));
        string shape = builder.Node("Concat", [batch, builder.Integers(-1)], NetworkBuilder.Int("axis", 0));
        string flat = builder.Node("Reshape", [builder.Node("Relu", [builder.Conv(x, 4, 4, 3)]), shape]);
        string hidden = builder.Node("Relu", [builder.Node("Gemm", [flat, builder.Weights(64, 16), builder.Weights(16)])]);
        builder.Output(builder.Node("Softmax", [builder.Node("Gemm", [hidden, builder.Weights(16, 10), builder.Weights(10)])], NetworkBuilder.Int("axis", 1)));
        return builder;
    }

    /// <summary>Opset 7 and IR version 3, where every initializer must be listed as an input.</summary>
    public static NetworkBuilder OldOpset()
    {
        NetworkBuilder builder = new(opset: 7);
        string x = builder.ConvRelu(builder.ConvRelu(builder.Image(3, 8), 3, 8, 3), 8, 4, 3, stride: 2);
        builder.Classifier(x, 4, 10);
        builder.Model.IrVersion = 3;
        foreach (TensorProto tensor in builder.Graph.Initializer)
            builder.Graph.Input.Add(NetworkBuilder.Info(tensor.Name, (ElementType)tensor.DataType, [.. tensor.Dims]));
        return builder;
    }

    /// <summary>Weights that are computed, and used on both sides of every cut.</summary>
    public static NetworkBuilder SharedWeights()
    {
        NetworkBuilder builder = new();
        string weights = builder.Node("Tanh", [builder.Weights(3, 3, 3, 3)]);
        string x = builder.Image(3, 8);
        for (int i = 0; i < 4; i++) x = builder.Node("Relu", [builder.Node("Conv", [x, weights], NetworkBuilder.Ints("pads", 1, 1, 1, 1))]);
        builder.Classifier(builder.MaxPool(x), 3, 10);
        return builder;
    }
}
