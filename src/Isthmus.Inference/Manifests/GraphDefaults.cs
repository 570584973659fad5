using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Tensors;

namespace Isthmus.Inference.Manifests;

/// <summary>The manifest that a graph suggests by itself: what can be read from its shapes, and the conventions of its family for the rest.</summary>
public static class GraphDefaults
{
    private const int UnknownSide = 224;

    /// <summary>
    /// Reads size, layout, channels and type of the input from the graph, the label offset from the number of outputs (1001 means
    /// a background class first), whether a softmax is missing from the last node. Mean and scale follow the family: (v − 128) / 128
    /// for networks with 1001 outputs (TensorFlow), ImageNet's mean and deviation for other colour networks with float input, as
    /// torchvision has them; v / 255 for grey ones, v for 8-bit inputs.
    /// </summary>
    /// <exception cref="IsthmusException">The model takes no picture.</exception>
    public static ModelManifest Of(ModelProto model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        GraphProto graph = model.Graph ?? throw new IsthmusException(ErrorKind.Model, $"The model {name} holds no graph; is it an ONNX file?");
        HashSet<string> initializers = [.. graph.Initializer.Select(i => i.Name)];
        ValueInfoProto? input = graph.Input.FirstOrDefault(i => !initializers.Contains(i.Name) && i.Type?.TensorType?.Shape?.Dim.Count == 4);
        if (input is null)
            throw new IsthmusException(ErrorKind.Model, $"The model {name} takes no picture: none of its inputs has four dimensions, such as 1×3×224×224.");

        long[] dims = [.. input.Type.TensorType.Shape.Dim.Select(d => d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? d.DimValue : 0)];
        bool last = dims[1] is not (1 or 3) && dims[3] is 1 or 3;
        long channels = last ? dims[3] : dims[1];
        if (channels is not (0 or 1 or 3))
            throw new IsthmusException(ErrorKind.Model, $"The model {name} takes no picture: its input '{input.Name}' has {channels} channels, not 1 or 3.");
        (long height, long width) = last ? (dims[1], dims[2]) : (dims[2], dims[3]);

        ElementType type = (ElementType)input.Type.TensorType.ElemType;
        bool bytes = type == ElementType.UInt8;
        bool grey = channels == 1;
        long outputs = Outputs(graph);
        (ChannelValues mean, ChannelValues scale) = (bytes, outputs, grey) switch
        {
            (true, _, _) => (new ChannelValues(0), new ChannelValues(1)),
            (_, 1001, _) => (new ChannelValues(128), new ChannelValues(128)),
            (_, _, true) => (new ChannelValues(0), new ChannelValues(255)),
            _ => (new ChannelValues(123.675, 116.28, 103.53), new ChannelValues(58.395, 57.12, 57.375)),
        };
        return new ModelManifest
        {
            Width = Side(width),
            Height = Side(height),
            Mean = mean,
            Scale = scale,
            ChannelOrder = grey ? ChannelOrder.Grey : ChannelOrder.Rgb,
            Layout = last ? TensorLayout.Nhwc : TensorLayout.Nchw,
            InputType = bytes ? ElementType.UInt8 : ElementType.Float32,
            LabelOffset = outputs == 1001 ? 1 : 0,
            Softmax = !EndsInSoftmax(graph),
        };
    }

    private static int Side(long side) => side <= 0 ? UnknownSide : (int)Math.Min(side, int.MaxValue);

    // The last dimension of the first output; 0 if it is not known. Networks that end in 1×1000×1×1 count as well.
    private static long Outputs(GraphProto graph)
    {
        TensorShapeProto? shape = graph.Output.FirstOrDefault()?.Type?.TensorType?.Shape;
        return shape is null ? 0 : shape.Dim.Skip(1).Select(d => d.DimValue).Where(d => d > 1).DefaultIfEmpty(0).Last();
    }

    private static bool EndsInSoftmax(GraphProto graph)
    {
        if (graph.Output.Count == 0) return false;
        string tensor = graph.Output[0].Name;
        Dictionary<string, NodeProto> producers = [];
        foreach (NodeProto node in graph.Node)
        {
            foreach (string output in node.Output) producers.TryAdd(output, node);
        }

        // A bound on the steps, for graphs with a circle.
        for (int i = 0; i < 16 && producers.TryGetValue(tensor, out NodeProto? node) && node.Input.Count > 0; i++)
        {
            if (node.OpType == "Softmax") return true;
            if (node.OpType is not ("Reshape" or "Flatten" or "Identity" or "Squeeze" or "Unsqueeze" or "Cast" or "Transpose" or "Clip" or "QuantizeLinear" or "DequantizeLinear"))
                return false;
            tensor = node.Input[0];
        }

        return false;
    }
}
