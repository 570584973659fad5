using Isthmus.Core.Graphs.Onnx;
using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>RESIZE_BILINEAR and RESIZE_NEAREST_NEIGHBOR as ONNX Resize.</summary>
internal static class Resizing
{
    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        string x = context.Nchw(op, input);
        if (context.Integers(op, 1) is not [int height and > 0, int width and > 0]) throw context.Invalid(op, "has no size of two positive numbers");
        bool linear = op.Kind == BuiltinOperator.ResizeBilinear;
        // The bilinear table begins with two fields that are no longer used.
        bool align = op.Options.Bool(linear ? 2 : 0);
        bool half = op.Options.Bool(linear ? 3 : 1);
        if (align && half) throw context.Invalid(op, "asks for aligned corners and for half-pixel centres at once");
        string transform = align ? "align_corners" : half ? "half_pixel" : "asymmetric";
        AttributeProto[] attributes =
        [
            OnnxGraphBuilder.Attribute("coordinate_transformation_mode", transform),
            OnnxGraphBuilder.Attribute("mode", linear ? "linear" : "nearest"),
            OnnxGraphBuilder.Attribute("nearest_mode", align || half ? "round_prefer_ceil" : "floor"),
        ];
        string sizes = context.Builder.Integers(input.Shape[0], input.Shape[3], height, width);
        string value = context.Builder.Node("Resize", context.Wish(op, "Resize"), [x, "", "", sizes], attributes);
        context.Produce(op, value, [input.Shape[0], height, width, input.Shape[3]], nchw: true, FusedActivation.None, input.Range);
    }
}
