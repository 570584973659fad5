using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>FULLY_CONNECTED as ONNX Gemm over the input, flattened in TFLite's order.</summary>
internal static class FullyConnected
{
    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        TfliteTensor weights = context.Constant(op, 1);
        if (op.Options.Byte(1) != 0) throw context.Invalid(op, "has shuffled weights, which the importer does not support");
        if (weights.Shape is not [int outputs, int depth]) throw context.Invalid(op, $"has weights of the shape [{string.Join(", ", weights.Shape)}], not of two dimensions");
        long count = input.Shape.Aggregate(1L, (c, d) => c * d);
        if (count % depth != 0) throw context.Invalid(op, $"has weights for {depth} values, which does not fit the input [{string.Join(", ", input.Shape)}]");
        int batch = (int)(count / depth);

        string x = context.InNativeOrder(input);
        bool flat = input.Shape.Length == 2 && input.Shape[1] == depth;
        if (!flat) x = context.Builder.Node("Reshape", context.Wish(op, "Reshape"), [x, context.Builder.Integers(batch, depth)]);
        List<string> inputs = [x, context.Weights(weights, [outputs, depth], [], channelAxis: 0)];
        if (op.Has(2)) inputs.Add(context.Bias(op, context.Constant(op, 2), input.Tensor, weights, outputs));
        string value = context.Builder.Node("Gemm", context.Wish(op, "Gemm"), [.. inputs], OnnxGraphBuilder.Attribute("transB", 1));

        bool keep = op.Options.Bool(2) && input.Shape.Length > 0 && input.Shape[^1] == depth;
        int[] shape = keep ? [.. input.Shape[..^1], outputs] : [batch, outputs];
        bool nchw = false;
        if (shape.Length != 2)
        {
            nchw = Activation.IsSameInBothOrders(shape);
            long[] target = [.. nchw ? ConversionContext.ToNchw.Select(d => (long)shape[d]) : shape.Select(d => (long)d)];
            value = context.Builder.Node("Reshape", context.Wish(op, "Reshape"), [value, context.Builder.Integers(target)]);
        }

        context.Produce(op, value, shape, nchw, (FusedActivation)op.Options.Byte(0), ValueRange.Unbounded);
    }
}
