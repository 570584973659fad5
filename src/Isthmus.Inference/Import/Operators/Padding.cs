using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>PAD: zeros around the tensor.</summary>
internal static class Padding
{
    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        int rank = input.Shape.Length;
        int[] pads = context.Integers(op, 1);
        if (pads.Length != 2 * rank || pads.Any(p => p < 0)) throw context.Invalid(op, $"has the paddings [{string.Join(", ", pads)}] for {rank} dimensions");
        bool nchw = rank == 4;
        int[] order = nchw ? ConversionContext.ToNchw : [.. Enumerable.Range(0, rank)];
        // TFLite: before and after by dimension; ONNX: all before, then all after.
        long[] target = [.. order.Select(d => (long)pads[2 * d]), .. order.Select(d => (long)pads[(2 * d) + 1])];
        int[] shape = new int[rank];
        for (int d = 0; d < rank; d++)
        {
            long padded = (long)input.Shape[d] + pads[2 * d] + pads[(2 * d) + 1];
            shape[d] = padded <= int.MaxValue ? (int)padded : throw context.Invalid(op, "computes a tensor that is too large");
        }

        string x = nchw ? context.Nchw(op, input) : context.Native(input);
        string value = context.Builder.Node("Pad", context.Wish(op, "Pad"), [x, context.Builder.Integers(target), context.Builder.Scalar(0)],
            OnnxGraphBuilder.Attribute("mode", "constant"));
        context.Produce(op, value, shape, nchw, FusedActivation.None, input.Range.Union(new(0, 0)));
    }
}
