using Isthmus.Inference.Import.FlatBuffers;
using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>CONV_2D and DEPTHWISE_CONV_2D as ONNX Conv.</summary>
internal static class Convolution
{
    // TFLite: output, row, column, input. ONNX: output, input, row, column.
    private static readonly int[] FilterOrder = [0, 3, 1, 2];

    // TFLite: 1, row, column, output. ONNX: output, 1, row, column.
    private static readonly int[] DepthwiseOrder = [3, 0, 1, 2];

    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        bool depthwise = op.Kind == BuiltinOperator.DepthwiseConv2D;
        FlatTable options = op.Options;
        Activation input = context.Input(op, 0);
        TfliteTensor filter = context.Constant(op, 1);
        string x = context.Nchw(op, input);
        int[] f = filter.Shape;
        if (f.Length != 4) throw context.Invalid(op, $"has a filter of {f.Length} dimensions, not four");
        int channels = input.Shape[3];
        int outputs = depthwise ? f[3] : f[0];
        int groups = depthwise ? channels : channels / f[3];
        bool fits = depthwise ? f[0] == 1 && outputs % channels == 0 : channels % f[3] == 0 && outputs % groups == 0;
        if (!fits) throw context.Invalid(op, $"has a filter of shape [{string.Join(", ", f)}], which does not fit an input of {channels} channels");

        // The tables differ by depth_multiplier, which the depthwise one has in the middle; it follows from the shapes.
        int fused = options.Byte(depthwise ? 4 : 3);
        int dilationWidth = options.Int32(depthwise ? 5 : 4, absent: 1);
        int dilationHeight = options.Int32(depthwise ? 6 : 5, absent: 1);
        SpatialWindow window = SpatialWindow.Of(context, op, input.Shape, f[1], f[2], dilationHeight, dilationWidth);

        int[] shape = depthwise ? [outputs, 1, f[1], f[2]] : [outputs, f[3], f[1], f[2]];
        List<string> inputs = [x, context.Weights(filter, shape, depthwise ? DepthwiseOrder : FilterOrder, channelAxis: 0)];
        if (op.Has(2)) inputs.Add(context.Bias(op, context.Constant(op, 2), input.Tensor, filter, outputs));
        string value = context.Builder.Node("Conv", context.Wish(op, "Conv"), [.. inputs],
            [.. window.Attributes(), OnnxGraphBuilder.ListAttribute("dilations", window.Dilations), OnnxGraphBuilder.Attribute("group", groups)]);
        context.Produce(op, value, [input.Shape[0], window.Height, window.Width, outputs], nchw: true, (FusedActivation)fused, ValueRange.Unbounded);
    }
}
