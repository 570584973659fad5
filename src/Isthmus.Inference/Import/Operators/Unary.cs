using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>Operators that treat every element alike: RELU and its kin, LOGISTIC, TANH, HARD_SWISH, QUANTIZE, DEQUANTIZE; and SOFTMAX.</summary>
internal static class Unary
{
    public static void Activate(ConversionContext context, TfliteOperator op)
    {
        (Activation input, string x, bool nchw) = Input(context, op);
        FusedActivation activation = op.Kind switch
        {
            BuiltinOperator.Relu => FusedActivation.Relu,
            BuiltinOperator.Relu6 => FusedActivation.Relu6,
            _ => FusedActivation.ReluN1To1,
        };
        context.Produce(op, x, input.Shape, nchw, activation, input.Range);
    }

    public static void Sigmoid(ConversionContext context, TfliteOperator op) => Squash(context, op, "Sigmoid", new(0, 1));

    public static void Tanh(ConversionContext context, TfliteOperator op) => Squash(context, op, "Tanh", new(-1, 1));

    // x · clip((x + 3) / 6, 0, 1). ONNX has HardSwish only from opset 14.
    public static void HardSwish(ConversionContext context, TfliteOperator op)
    {
        (Activation input, string x, bool nchw) = Input(context, op);
        string gate = context.Builder.Node("HardSigmoid", context.Wish(op, "HardSigmoid"), [x],
            OnnxGraphBuilder.Attribute("alpha", 1f / 6), OnnxGraphBuilder.Attribute("beta", 0.5f));
        string value = context.Builder.Node("Mul", context.Wish(op, "Mul"), [x, gate]);
        context.Produce(op, value, input.Shape, nchw, FusedActivation.None, ValueRange.Unbounded);
    }

    public static void Softmax(ConversionContext context, TfliteOperator op)
    {
        (Activation input, string x, bool nchw) = Input(context, op);
        if (input.Shape.Length == 0) throw context.Invalid(op, "has an input without dimensions");
        float beta = op.Options.Single(0, absent: 1);
        if (!float.IsFinite(beta)) throw context.Invalid(op, $"has a beta of {beta}");
        // A file without options means 0 by the format, and 1 by what every converter intends.
        if (beta is not (1 or 0)) x = context.Builder.Node("Mul", context.Wish(op, "Mul"), [x, context.Builder.Scalar(beta)]);
        string value = context.Builder.Node("Softmax", context.Wish(op, "Softmax"), [x], OnnxGraphBuilder.Attribute("axis", nchw ? 1 : input.Shape.Length - 1));
        context.Produce(op, value, input.Shape, nchw, FusedActivation.None, new(0, 1), keepFloat: true);
    }

    /// <summary>QUANTIZE of a computed tensor: what its result's quantisation does is all that it does.</summary>
    public static void Quantize(ConversionContext context, TfliteOperator op)
    {
        (Activation input, string x, bool nchw) = Input(context, op);
        context.Produce(op, x, input.Shape, nchw, FusedActivation.None, input.Range);
    }

    /// <summary>DEQUANTIZE: all values are real numbers here already. That of a constant is how half-float weights are stored.</summary>
    public static void Dequantize(ConversionContext context, TfliteOperator op)
    {
        if (context.ConstantOrNull(op, 0) is { } constant) context.FoldConstant(op, constant);
        else Quantize(context, op);
    }

    private static void Squash(ConversionContext context, TfliteOperator op, string kind, ValueRange range)
    {
        (Activation input, string x, bool nchw) = Input(context, op);
        string value = context.Builder.Node(kind, context.Wish(op, kind), [x]);
        context.Produce(op, value, input.Shape, nchw, FusedActivation.None, range, keepFloat: true);
    }

    private static (Activation Input, string Name, bool Nchw) Input(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        return input.Nchw is { } nchw ? (input, nchw, true) : (input, input.Native!, false);
    }
}
