using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>ADD, SUB and MUL, with broadcasting.</summary>
internal static class Arithmetic
{
    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        TfliteTensor?[] constants = [context.ConstantOrNull(op, 0), context.ConstantOrNull(op, 1)];
        if (constants[0] is not null && constants[1] is not null) throw context.Invalid(op, "has two constants as inputs");
        int[] left = constants[0]?.Shape ?? context.Input(op, 0).Shape;
        int[] right = constants[1]?.Shape ?? context.Input(op, 1).Shape;
        int[] shape = Broadcast(context, op, left, right);
        bool nchw = shape.Length == 4;
        string kind = op.Kind switch
        {
            BuiltinOperator.Add => "Add",
            BuiltinOperator.Sub => "Sub",
            _ => "Mul",
        };
        string a = Operand(context, op, 0, constants[0], nchw);
        string b = Operand(context, op, 1, constants[1], nchw);
        string value = context.Builder.Node(kind, context.Wish(op, kind), [a, b]);
        context.Produce(op, value, shape, nchw, (FusedActivation)op.Options.Byte(0), ValueRange.Unbounded);
    }

    private static int[] Broadcast(ConversionContext context, TfliteOperator op, int[] left, int[] right)
    {
        int[] shape = new int[Math.Max(left.Length, right.Length)];
        for (int i = 1; i <= shape.Length; i++)
        {
            int l = i <= left.Length ? left[^i] : 1;
            int r = i <= right.Length ? right[^i] : 1;
            if (l != r && l != 1 && r != 1)
                throw context.Invalid(op, $"combines tensors of the shapes [{string.Join(", ", left)}] and [{string.Join(", ", right)}]");
            shape[^i] = Math.Max(l, r);
        }

        return shape;
    }

    // Dimensions align at the end in TFLite's order, where the channels are: so missing ones are added in front before reordering.
    private static string Operand(ConversionContext context, TfliteOperator op, int input, TfliteTensor? constant, bool nchw)
    {
        if (constant is not null)
        {
            if (!nchw) return context.Weights(constant, constant.Shape, [], constant.Quantization?.Dimension ?? 0);
            int missing = 4 - constant.Shape.Length;
            int[] full = [.. Enumerable.Repeat(1, missing), .. constant.Shape];
            int[] reordered = [.. ConversionContext.ToNchw.Select(d => full[d])];
            TfliteQuantization? quantization = constant.Quantization is { IsPerTensor: false } q ? q with { Dimension = q.Dimension + missing } : constant.Quantization;
            int axis = quantization is null ? 0 : Array.IndexOf(ConversionContext.ToNchw, quantization.Dimension);
            return context.Weights(constant with { Shape = full, Quantization = quantization }, reordered, ConversionContext.ToNchw, axis);
        }

        Activation value = context.Input(op, input);
        if (!nchw) return context.Native(value);
        if (value.Shape.Length == 4) return context.Nchw(op, value);
        int[] extended = [.. Enumerable.Repeat(1, 4 - value.Shape.Length), .. value.Shape];
        string native = context.Native(value);
        if (Activation.IsSameInBothOrders(extended))
        {
            long[] target = [.. ConversionContext.ToNchw.Select(d => (long)extended[d])];
            return context.Builder.Node("Reshape", context.Wish(op, "Reshape"), [native, context.Builder.Integers(target)]);
        }

        string four = context.Builder.Node("Reshape", context.Wish(op, "Reshape"), [native, context.Builder.Integers([.. extended.Select(d => (long)d)])]);
        return context.Builder.Node("Transpose", context.Wish(op, "Transpose"), [four], OnnxGraphBuilder.ListAttribute("perm", ConversionContext.ToNchw));
    }
}
