using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>MEAN over some dimensions.</summary>
internal static class Mean
{
    public static void Convert(ConversionContext context, TfliteOperator op)
    {
        Activation input = context.Input(op, 0);
        int rank = input.Shape.Length;
        bool keep = op.Options.Bool(0);
        bool[] over = new bool[rank];
        foreach (int d in context.Integers(op, 1))
        {
            int at = d < 0 ? d + rank : d;
            if (at < 0 || at >= rank) throw context.Invalid(op, $"takes the mean over dimension {d} of {rank}");
            over[at] = true;
        }

        int[] kept = [.. input.Shape.Select((d, i) => over[i] ? 1 : d)];
        int[] shape = keep ? kept : [.. input.Shape.Where((_, i) => !over[i])];
        bool nchw = rank == 4;
        int[] order = nchw ? ConversionContext.ToNchw : [.. Enumerable.Range(0, rank)];
        int[] axes = [.. Enumerable.Range(0, rank).Where(i => over[order[i]])];
        string x = nchw ? context.Nchw(op, input) : context.Native(input);
        string value;
        if (axes.Length == 0) value = context.Builder.Node("Identity", context.Wish(op, "Identity"), [x]);
        else if (nchw && axes is [2, 3]) value = context.Builder.Node("GlobalAveragePool", context.Wish(op, "GlobalAveragePool"), [x]);
        else value = context.Builder.Node("ReduceMean", context.Wish(op, "ReduceMean"), [x], OnnxGraphBuilder.ListAttribute("axes", axes), OnnxGraphBuilder.Attribute("keepdims", 1));

        if (!keep && shape.Length != rank)
        {
            // Dropping the ones leaves the rest in the picture's order, which is TFLite's only if the channels are alone or gone.
            if (nchw && !over[3] && !(over[1] && over[2]))
                value = context.Builder.Node("Transpose", context.Wish(op, "Transpose"), [value], OnnxGraphBuilder.ListAttribute("perm", 0, 2, 3, 1));
            value = context.Builder.Node("Reshape", context.Wish(op, "Reshape"), [value, context.Builder.Integers([.. shape.Select(d => (long)d)])]);
            nchw = false;
        }

        context.Produce(op, value, shape, nchw, FusedActivation.None, input.Range);
    }
}
