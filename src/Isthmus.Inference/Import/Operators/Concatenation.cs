using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>CONCATENATION as ONNX Concat.</summary>
internal static class Concatenation
{
    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        if (op.Inputs.Length == 0) throw context.Invalid(op, "has no inputs");
        int[][] shapes = [.. Enumerable.Range(0, op.Inputs.Length).Select(i => context.ConstantOrNull(op, i)?.Shape ?? context.Input(op, i).Shape)];
        int rank = shapes[0].Length;
        int axis = op.Options.Int32(0);
        if (axis < 0) axis += rank;
        if (axis < 0 || axis >= rank) throw context.Invalid(op, $"joins along dimension {axis} of {rank}");
        int[] shape = [.. shapes[0]];
        foreach (int[] other in shapes.AsSpan(1))
        {
            if (other.Length != rank || Enumerable.Range(0, rank).Any(d => d != axis && other[d] != shape[d]))
                throw context.Invalid(op, $"joins tensors of the shapes [{string.Join(", ", shapes[0])}] and [{string.Join(", ", other)}]");
            shape[axis] = checked(shape[axis] + other[axis]);
        }

        bool nchw = rank == 4;
        string[] inputs = new string[shapes.Length];
        ValueRange range = new(float.PositiveInfinity, float.NegativeInfinity);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (context.ConstantOrNull(op, i) is { } constant)
            {
                int[] permuted = nchw ? [.. ConversionContext.ToNchw.Select(d => constant.Shape[d])] : constant.Shape;
                inputs[i] = context.Weights(constant, permuted, nchw ? ConversionContext.ToNchw : [], channelAxis: 0);
                range = ValueRange.Unbounded;
                continue;
            }

            Activation input = context.Input(op, i);
            inputs[i] = nchw ? context.Nchw(op, input) : context.Native(input);
            range = range.Union(input.Range);
        }

        string value = context.Builder.Node("Concat", context.Wish(op, "Concat"), inputs,
            OnnxGraphBuilder.Attribute("axis", nchw ? Array.IndexOf(ConversionContext.ToNchw, axis) : axis));
        context.Produce(op, value, shape, nchw, (FusedActivation)op.Options.Byte(1), range);
    }
}
