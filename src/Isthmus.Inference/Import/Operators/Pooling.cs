using Isthmus.Core.Graphs.Onnx;
using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>AVERAGE_POOL_2D and MAX_POOL_2D. Both take no account of what lies outside of the picture.</summary>
internal static class Pooling
{
    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        string x = context.Nchw(op, input);
        SpatialWindow window = SpatialWindow.Of(context, op, input.Shape, op.Options.Int32(4), op.Options.Int32(3), 1, 1);
        bool average = op.Kind == BuiltinOperator.AveragePool2D;
        string kind = average ? "AveragePool" : "MaxPool";
        AttributeProto[] attributes = window.Attributes();
        if (average) attributes = [.. attributes, OnnxGraphBuilder.Attribute("count_include_pad", 0)];
        string value = context.Builder.Node(kind, context.Wish(op, kind), [x], attributes);
        context.Produce(op, value, [input.Shape[0], window.Height, window.Width, input.Shape[3]], nchw: true, (FusedActivation)op.Options.Byte(5), input.Range);
    }
}
