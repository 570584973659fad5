using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Progress;
using Isthmus.Inference.Import.Operators;
using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import;

/// <summary>Turns a TFLite model into an ONNX one, operator by operator in their order.</summary>
internal static class TfliteConverter
{
    // Opset 13 is the first with DequantizeLinear per channel; IR version 7 is that of its release. Both are old enough for any runtime.
    private const int Opset = 13;
    private const int IrVersion = 7;

    public static ModelProto Convert(TfliteModel model, bool quantized, long weightLimit, IProgress<ProgressReport>? progress, CancellationToken cancellationToken)
    {
        // Before any work: what cannot be done should be said at once, and the first such operator named.
        foreach (TfliteOperator op in model.Operators)
        {
            if (Converter(op.Kind) is null)
                throw new IsthmusException(ErrorKind.Model, $"{model.Name} cannot be imported: its operator {op.Index} is {op.Name}, which the importer does not support; docs/import.md lists those that it does.");
        }

        if (quantized) RefuseUnquantised(model);
        OnnxGraphBuilder builder = new(model.Name, weightLimit);
        ConversionContext context = new(model, builder, quantized);
        foreach (int index in model.Inputs) AddInput(context, model, index);

        long total = Math.Max(1, model.Operators.Sum(Weight));
        long done = 0;
        foreach (TfliteOperator op in model.Operators)
        {
            cancellationToken.ThrowIfCancellationRequested();
            progress?.Report(new($"operator {op.Index + 1} of {model.Operators.Length}", (double)done / total));
            try
            {
                Converter(op.Kind)!(context, op);
            }
            catch (OverflowException e)
            {
                throw new IsthmusException(ErrorKind.Model, $"{model.Name} cannot be imported: operator {op.Index} ({op.Name}) computes a tensor that is too large.", e);
            }

            done += Weight(op);
        }

        Dictionary<string, string> renamed = [];
        foreach (int index in model.Outputs) AddOutput(context, index, renamed);
        Rename(builder.Graph, renamed);
        ModelProto onnx = new() { IrVersion = IrVersion, ProducerName = "Isthmus", ProducerVersion = typeof(TfliteConverter).Assembly.GetName().Version!.ToString(3), Graph = builder.Graph };
        onnx.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return onnx;

        long Weight(TfliteOperator op) => 1 + op.Inputs.Where(i => i >= 0).Sum(i => (long)model.Tensors[i].Data.Length);
    }

    private static Action<ConversionContext, TfliteOperator>? Converter(BuiltinOperator kind) => kind switch
    {
        BuiltinOperator.Conv2D or BuiltinOperator.DepthwiseConv2D => Convolution.Convert,
        BuiltinOperator.AveragePool2D or BuiltinOperator.MaxPool2D => Pooling.Convert,
        BuiltinOperator.Concatenation => Concatenation.Convert,
        BuiltinOperator.Reshape => Reshaping.Reshape,
        BuiltinOperator.Squeeze => Reshaping.Squeeze,
        BuiltinOperator.ExpandDims => Reshaping.ExpandDimensions,
        BuiltinOperator.Transpose => Reshaping.Transpose,
        BuiltinOperator.Add or BuiltinOperator.Sub or BuiltinOperator.Mul => Arithmetic.Convert,
        BuiltinOperator.Softmax => Unary.Softmax,
        BuiltinOperator.Relu or BuiltinOperator.Relu6 or BuiltinOperator.ReluN1To1 => Unary.Activate,
        BuiltinOperator.Logistic => Unary.Sigmoid,
        BuiltinOperator.Tanh => Unary.Tanh,
        BuiltinOperator.HardSwish => Unary.HardSwish,
        BuiltinOperator.Quantize => Unary.Quantize,
        BuiltinOperator.Dequantize => Unary.Dequantize,
        BuiltinOperator.FullyConnected => FullyConnected.Convert,
        BuiltinOperator.Pad => Padding.Convert,
        BuiltinOperator.Mean => Mean.Convert,
        BuiltinOperator.ResizeBilinear or BuiltinOperator.ResizeNearestNeighbor => Resizing.Convert,
        _ => null,
    };

    private static void RefuseUnquantised(TfliteModel model)
    {
        bool any = model.Operators.Any(op => op.Outputs.Any(o => ConversionContext.IsQuantised8(model.Tensors[o])));
        if (!any)
            throw new IsthmusException(ErrorKind.Model, $"{model.Name} is not a model of 8-bit activations, so it cannot stay quantised; import it without --quantized.");
        foreach (TfliteOperator op in model.Operators)
        {
            if (op.Outputs.Any(o => model.Tensors[o].Type == TfliteType.Int16))
                throw new IsthmusException(ErrorKind.Model, $"{model.Name} cannot stay quantised: operator {op.Index} ({op.Name}) computes 16-bit integers; import it without --quantized.");
        }
    }

    private static void AddInput(ConversionContext context, TfliteModel model, int index)
    {
        TfliteTensor tensor = model.Tensors[index];
        bool supported = tensor.Type == TfliteType.Float32 || (tensor.Type is TfliteType.UInt8 or TfliteType.Int8 or TfliteType.Int16 && tensor.Quantization is not null);
        if (!supported) throw context.Damaged($"its input '{tensor.Name}' is of type {tensor.Type}, where float or quantised integers are supported");
        // The batch is one picture wherever the file leaves a dimension open.
        int[] shape = [.. tensor.Shape.Select(d => d <= 0 ? 1 : d)];
        string name = context.Builder.Unique(tensor.Name.Length == 0 ? "input" : tensor.Name);
        context.Builder.Graph.Input.Add(OnnxGraphBuilder.Value(name, shape.Length == 4 ? [.. ConversionContext.ToNchw.Select(d => shape[d])] : shape));
        context.AddInput(index, name, shape);
    }

    private static void AddOutput(ConversionContext context, int index, Dictionary<string, string> renamed)
    {
        Activation result = context.Result(index);
        bool nchw = result.Shape.Length == 4;
        string value = nchw ? context.NchwOf(result) : context.Native(result);
        GraphProto graph = context.Builder.Graph;
        // An output needs a name of its own: no input's, and no other output's.
        if (renamed.ContainsKey(value) || graph.Input.Any(i => i.Name == value)) value = context.Builder.Node("Identity", $"{result.Tensor.Name}/Identity", [value]);
        string name = context.Builder.Unique(result.Tensor.Name.Length == 0 ? "output" : result.Tensor.Name);
        renamed.Add(value, name);
        graph.Output.Add(OnnxGraphBuilder.Value(name, nchw ? [.. ConversionContext.ToNchw.Select(d => result.Shape[d])] : result.Shape));
    }

    // The caller of the model knows its outputs by the names that the TFLite file gives them.
    private static void Rename(GraphProto graph, Dictionary<string, string> renamed)
    {
        foreach (NodeProto node in graph.Node)
        {
            Replace(node.Input);
            Replace(node.Output);
        }

        void Replace(Google.Protobuf.Collections.RepeatedField<string> names)
        {
            for (int i = 0; i < names.Count; i++)
            {
                if (renamed.TryGetValue(names[i], out string? name)) names[i] = name;
            }
        }
    }
}
