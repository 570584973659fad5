using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>
/// RESHAPE, SQUEEZE, EXPAND_DIMS and TRANSPOSE. What these do depends on the order of the dimensions, so a picture is brought to
/// TFLite's order first, unless both orders hold the same bytes.
/// </summary>
internal static class Reshaping
{
    public static void Reshape(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        int[] wanted = op.Has(1) && context.ConstantOrNull(op, 1) is { } given && ConstantValues.Integers(given) is { } list ? list
            : op.Options.Int32s(0, 16) is { Length: > 0 } fromOptions ? fromOptions
            : context.OutputTensor(op).Shape;
        Move(context, op, input, Resolve(context, op, input.Shape, wanted));
    }

    public static void Squeeze(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        int rank = input.Shape.Length;
        int[] listed = op.Options.Int32s(0, 16);
        bool[] drop = new bool[rank];
        for (int d = 0; d < rank; d++) drop[d] = listed.Length == 0 && input.Shape[d] == 1;
        foreach (int d in listed)
        {
            int at = d < 0 ? d + rank : d;
            if (at < 0 || at >= rank || input.Shape[at] != 1) throw context.Invalid(op, $"drops dimension {d} of [{string.Join(", ", input.Shape)}], which is not 1");
            drop[at] = true;
        }

        Move(context, op, input, [.. input.Shape.Where((_, d) => !drop[d])]);
    }

    public static void ExpandDimensions(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        int rank = input.Shape.Length;
        if (context.Integers(op, 1) is not [int axis] || axis < -rank - 1 || axis > rank) throw context.Invalid(op, "adds a dimension where there is none");
        List<int> shape = [.. input.Shape];
        shape.Insert(axis < 0 ? axis + rank + 1 : axis, 1);
        Move(context, op, input, [.. shape]);
    }

    public static void Transpose(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        int rank = input.Shape.Length;
        int[] order = [.. context.Integers(op, 1).Select(d => d < 0 ? d + rank : d)];
        if (order.Length != rank || !order.Order().SequenceEqual(Enumerable.Range(0, rank)))
            throw context.Invalid(op, $"has the order of dimensions [{string.Join(", ", order)}] for {rank} of them");
        int[] shape = [.. order.Select(d => input.Shape[d])];

        // From the picture's order in one step: a model that goes from TFLite's order to ONNX's then needs no step at all.
        string source = input.Native ?? input.Nchw!;
        int[] from = input.Native is not null ? order : [.. order.Select(d => Array.IndexOf(ConversionContext.ToNchw, d))];
        string value = from.SequenceEqual(Enumerable.Range(0, rank)) ? source
            : context.Builder.Node("Transpose", context.Wish(op, "Transpose"), [source], OnnxGraphBuilder.ListAttribute("perm", from));
        context.Produce(op, value, shape, nchw: false, FusedActivation.None, input.Range);
    }

    private static void Move(ConversionContext context, TfliteOperator op, Activation input, int[] shape)
    {
        // A picture of one pixel goes straight to the order that the next convolution takes.
        bool nchw = Activation.IsSameInBothOrders(shape);
        long[] target = [.. nchw ? ConversionContext.ToNchw.Select(d => (long)shape[d]) : shape.Select(d => (long)d)];
        string value = context.Builder.Node("Reshape", context.Wish(op, "Reshape"), [context.InNativeOrder(input), context.Builder.Integers(target)]);
        context.Produce(op, value, shape, nchw, FusedActivation.None, input.Range);
    }

    private static int[] Resolve(ConversionContext context, TfliteOperator op, int[] from, int[] wanted)
    {
        long count = from.Aggregate(1L, (c, d) => c * d);
        int[] shape = [.. wanted];
        int open = Array.IndexOf(shape, -1);
        long known = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (i == open) continue;
            if (shape[i] <= 0 || known > count) throw Impossible();
            known *= shape[i];
        }

        if (open >= 0)
        {
            if (count % known != 0) throw Impossible();
            shape[open] = (int)(count / known);
            known = count;
        }

        return known == count && shape.Length <= 6 ? shape : throw Impossible();

        Exception Impossible() => context.Invalid(op, $"reshapes [{string.Join(", ", from)}] to [{string.Join(", ", wanted)}]");
    }
}
