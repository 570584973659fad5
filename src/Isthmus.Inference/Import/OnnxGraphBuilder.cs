using System.Runtime.InteropServices;
using Google.Protobuf;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;

namespace Isthmus.Inference.Import;

/// <summary>Writes an ONNX graph node by node; every name is unique.</summary>
internal sealed class OnnxGraphBuilder
{
    // A protobuf message ends at 2 GiB; the rest is for the nodes.
    private const long MaxWeights = int.MaxValue - (64L << 20);

    private readonly HashSet<string> _names = [];
    private readonly Dictionary<string, string> _small = [];
    private readonly string _modelName;
    private readonly long _weightLimit;
    private long _weights;

    /// <summary>Starts an empty graph.</summary>
    /// <param name="modelName">What errors call the model.</param>
    /// <param name="weightLimit">Bytes of initializers, at most: guards against a small file whose operators all share one large constant.</param>
    public OnnxGraphBuilder(string modelName, long weightLimit)
    {
        _modelName = modelName;
        _weightLimit = Math.Min(weightLimit, MaxWeights);
    }

    public GraphProto Graph { get; } = new() { Name = "imported" };

    /// <summary>A name that nothing in the graph has, made from a wish.</summary>
    public string Unique(string wish)
    {
        if (wish.Length == 0) wish = "tensor";
        string name = wish;
        for (int i = 2; !_names.Add(name); i++) name = $"{wish}_{i}";
        return name;
    }

    /// <summary>Adds a node with one output, and returns the output's name.</summary>
    public string Node(string kind, string wish, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        string output = Unique(wish);
        NodeProto node = new() { OpType = kind, Name = output };
        foreach (string input in inputs) node.Input.Add(input);
        node.Output.Add(output);
        foreach (AttributeProto attribute in attributes) node.Attribute.Add(attribute);
        Graph.Node.Add(node);
        return output;
    }

    /// <summary>Adds a constant, whose bytes must not change any more, and returns its name.</summary>
    public string Initializer(string wish, TensorProto.Types.DataType type, ReadOnlySpan<int> shape, ReadOnlyMemory<byte> bytes)
    {
        _weights += bytes.Length;
        if (_weights > _weightLimit)
            throw new IsthmusException(ErrorKind.Model, $"{_modelName} cannot be imported: its weights would take more than {_weightLimit} bytes as ONNX.");
        TensorProto tensor = new() { Name = Unique(wish), DataType = (int)type, RawData = UnsafeByteOperations.UnsafeWrap(bytes) };
        foreach (int d in shape) tensor.Dims.Add(d);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    public string Floats(string wish, ReadOnlySpan<int> shape, ReadOnlySpan<float> values) =>
        Initializer(wish, TensorProto.Types.DataType.Float, shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A scalar, one for all who ask for the same value.</summary>
    public string Scalar(float value) => Shared($"f{BitConverter.SingleToInt32Bits(value)}", () => Floats("constant", [], [value]));

    /// <summary>A vector of 64-bit integers, one for all who ask for the same.</summary>
    public string Integers(params ReadOnlySpan<long> values)
    {
        long[] copy = values.ToArray();
        return Shared($"l{string.Join(',', copy)}", () => Initializer("integers", TensorProto.Types.DataType.Int64, [copy.Length], MemoryMarshal.AsBytes(copy.AsSpan()).ToArray()));
    }

    /// <summary>An unsigned 8-bit scalar, one for all who ask for the same value.</summary>
    public string Byte(int value) =>
        Shared($"b{value}", () => Initializer("byte", TensorProto.Types.DataType.Uint8, [], new[] { checked((byte)value) }));

    public static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    public static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, F = value, Type = AttributeProto.Types.AttributeType.Float };

    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, S = ByteString.CopyFromUtf8(value), Type = AttributeProto.Types.AttributeType.String };

    public static AttributeProto ListAttribute(string name, params ReadOnlySpan<int> values)
    {
        AttributeProto attribute = new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (int value in values) attribute.Ints.Add(value);
        return attribute;
    }

    public static ValueInfoProto Value(string name, ReadOnlySpan<int> shape)
    {
        TensorShapeProto dims = new();
        foreach (int d in shape) dims.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = d });
        return new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = dims } } };
    }

    private string Shared(string key, Func<string> create)
    {
        if (!_small.TryGetValue(key, out string? name)) _small[key] = name = create();
        return name;
    }
}
