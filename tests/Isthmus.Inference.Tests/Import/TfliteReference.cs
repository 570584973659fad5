namespace Isthmus.Inference.Tests.Import;

/// <summary>What TFLite's operators mean, straight from their reference kernels (tensorflow/lite/kernels/internal/reference), slow and plain.</summary>
internal static class TfliteReference
{
    /// <summary>ComputeOutSize and ComputePadding of tensorflow/lite/kernels/padding.h.</summary>
    public static (int Size, int Before) Window(bool same, int input, int kernel, int stride, int dilation)
    {
        int extent = ((kernel - 1) * dilation) + 1;
        int size = same ? (input + stride - 1) / stride : (input - extent + stride) / stride;
        int total = ((size - 1) * stride) + extent - input;
        return (size, same ? Math.Max(total, 0) / 2 : 0);
    }

    /// <summary>filter: output, row, column, input channel of the group.</summary>
    public static NdArray Conv(NdArray x, NdArray filter, NdArray bias, bool same, (int H, int W) stride, (int H, int W) dilation)
    {
        (int height, int top) = Window(same, x.Shape[1], filter.Shape[1], stride.H, dilation.H);
        (int width, int left) = Window(same, x.Shape[2], filter.Shape[2], stride.W, dilation.W);
        int perGroup = filter.Shape[0] / (x.Shape[3] / filter.Shape[3]);
        return NdArray.From([x.Shape[0], height, width, filter.Shape[0]], o =>
        {
            double sum = bias.Values[o[3]];
            for (int i = 0; i < filter.Shape[1]; i++)
            {
                for (int j = 0; j < filter.Shape[2]; j++)
                {
                    int row = (o[1] * stride.H) - top + (i * dilation.H);
                    int column = (o[2] * stride.W) - left + (j * dilation.W);
                    if (row < 0 || row >= x.Shape[1] || column < 0 || column >= x.Shape[2]) continue;
                    for (int c = 0; c < filter.Shape[3]; c++)
                        sum += x[o[0], row, column, (o[3] / perGroup * filter.Shape[3]) + c] * filter[o[3], i, j, c];
                }
            }

            return sum;
        });
    }

    /// <summary>filter: 1, row, column, output.</summary>
    public static NdArray DepthwiseConv(NdArray x, NdArray filter, NdArray bias, bool same, (int H, int W) stride, (int H, int W) dilation)
    {
        (int height, int top) = Window(same, x.Shape[1], filter.Shape[1], stride.H, dilation.H);
        (int width, int left) = Window(same, x.Shape[2], filter.Shape[2], stride.W, dilation.W);
        int multiplier = filter.Shape[3] / x.Shape[3];
        return NdArray.From([x.Shape[0], height, width, filter.Shape[3]], o =>
        {
            double sum = bias.Values[o[3]];
            for (int i = 0; i < filter.Shape[1]; i++)
            {
                for (int j = 0; j < filter.Shape[2]; j++)
                {
                    int row = (o[1] * stride.H) - top + (i * dilation.H);
                    int column = (o[2] * stride.W) - left + (j * dilation.W);
                    if (row >= 0 && row < x.Shape[1] && column >= 0 && column < x.Shape[2])
                        sum += x[o[0], row, column, o[3] / multiplier] * filter[0, i, j, o[3]];
                }
            }

            return sum;
        });
    }

    public static NdArray Pool(NdArray x, bool average, bool same, (int H, int W) kernel, (int H, int W) stride)
    {
        (int height, int top) = Window(same, x.Shape[1], kernel.H, stride.H, 1);
        (int width, int left) = Window(same, x.Shape[2], kernel.W, stride.W, 1);
        return NdArray.From([x.Shape[0], height, width, x.Shape[3]], o =>
        {
            List<float> seen = [];
            for (int row = (o[1] * stride.H) - top; row < (o[1] * stride.H) - top + kernel.H; row++)
            {
                for (int column = (o[2] * stride.W) - left; column < (o[2] * stride.W) - left + kernel.W; column++)
                {
                    if (row >= 0 && row < x.Shape[1] && column >= 0 && column < x.Shape[2]) seen.Add(x[o[0], row, column, o[3]]);
                }
            }

            return average ? seen.Average() : seen.Max();
        });
    }

    /// <summary>Dimensions align at the end, as in NumPy.</summary>
    public static NdArray Broadcast(NdArray a, NdArray b, int[] shape, Func<double, double, double> f)
    {
        return NdArray.From(shape, index => f(At(a, index), At(b, index)));

        static float At(NdArray x, int[] index)
        {
            int skip = index.Length - x.Shape.Length;
            return x[[.. x.Shape.Select((d, i) => d == 1 ? 0 : index[i + skip])]];
        }
    }

    public static NdArray Softmax(NdArray x, double beta)
    {
        int last = x.Shape[^1];
        return NdArray.From(x.Shape, index =>
        {
            double[] row = [.. Enumerable.Range(0, last).Select(c => Math.Exp(beta * x[[.. index[..^1], c]]))];
            return row[index[^1]] / row.Sum();
        });
    }

    public static NdArray Mean(NdArray x, int[] axes, bool keep)
    {
        int[] kept = [.. x.Shape.Select((d, i) => axes.Contains(i) ? 1 : d)];
        NdArray sums = NdArray.From(kept, index =>
        {
            double sum = 0;
            NdArray inner = new(new float[NdArray.Count([.. axes.Select(a => x.Shape[a])])], [.. axes.Select(a => x.Shape[a])]);
            NdArray.From(inner.Shape, at =>
            {
                int[] full = [.. index];
                for (int i = 0; i < axes.Length; i++) full[axes[i]] = at[i];
                sum += x[full];
                return 0;
            });
            return sum / inner.Values.Length;
        });
        return keep ? sums : sums with { Shape = [.. x.Shape.Where((_, i) => !axes.Contains(i))] };
    }

    /// <summary>reference_ops::ResizeBilinear with ComputeInterpolationValues.</summary>
    public static NdArray Bilinear(NdArray x, int height, int width, bool align, bool half)
    {
        return NdArray.From([x.Shape[0], height, width, x.Shape[3]], o =>
        {
            (int r0, int r1, double fr) = Between(o[1], x.Shape[1], height);
            (int c0, int c1, double fc) = Between(o[2], x.Shape[2], width);
            return (x[o[0], r0, c0, o[3]] * (1 - fr) * (1 - fc)) + (x[o[0], r1, c0, o[3]] * fr * (1 - fc))
                + (x[o[0], r0, c1, o[3]] * (1 - fr) * fc) + (x[o[0], r1, c1, o[3]] * fr * fc);
        });

        (int Lower, int Upper, double Fraction) Between(int o, int input, int output)
        {
            double scale = align && output > 1 ? (input - 1.0) / (output - 1) : (double)input / output;
            double at = half ? ((o + 0.5) * scale) - 0.5 : o * scale;
            int lower = Math.Max((int)Math.Floor(at), 0);
            return (lower, Math.Min((int)Math.Ceiling(at), input - 1), Math.Max(at, 0) - lower);
        }
    }

    /// <summary>reference_ops::ResizeNearestNeighbor.</summary>
    public static NdArray Nearest(NdArray x, int height, int width, bool align, bool half)
    {
        return NdArray.From([x.Shape[0], height, width, x.Shape[3]], o => x[o[0], At(o[1], x.Shape[1], height), At(o[2], x.Shape[2], width), o[3]]);

        int At(int o, int input, int output)
        {
            float scale = align && output > 1 ? (input - 1f) / (output - 1) : (float)input / output;
            float at = (o + (half ? 0.5f : 0f)) * scale;
            int nearest = align ? (int)MathF.Round(at, MidpointRounding.AwayFromZero) : (int)MathF.Floor(at);
            return Math.Max(0, Math.Min(nearest, input - 1));
        }
    }

    public static NdArray Activate(NdArray x, int fused) => fused switch
    {
        1 => x.Select(v => Math.Max(v, 0)),
        2 => x.Select(v => Math.Clamp(v, -1, 1)),
        3 => x.Select(v => Math.Clamp(v, 0, 6)),
        4 => x.Select(v => Math.Tanh(v)),
        _ => x,
    };
}
