using Isthmus.Core.Graphs.Onnx;
using Isthmus.Inference.Import.FlatBuffers;
using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import.Operators;

/// <summary>
/// The window of a convolution or pooling over rows and columns, and the padding that TFLite's SAME and VALID mean
/// (ComputePaddingHeightWidth): SAME puts the odd row or column at the end.
/// </summary>
internal sealed record SpatialWindow
{
    private const int Same = 0;
    private const int Valid = 1;
    private const int MaxStep = 1 << 20;

    private SpatialWindow(int[] kernel, int[] strides, int[] dilations, int[] pads, int height, int width)
    {
        Kernel = kernel;
        Strides = strides;
        Dilations = dilations;
        Pads = pads;
        Height = height;
        Width = width;
    }

    /// <summary>Rows and columns of the window.</summary>
    public int[] Kernel { get; }

    public int[] Strides { get; }

    public int[] Dilations { get; }

    /// <summary>Padding: top, left, bottom, right.</summary>
    public int[] Pads { get; }

    /// <summary>Rows of the result.</summary>
    public int Height { get; }

    /// <summary>Columns of the result.</summary>
    public int Width { get; }

    /// <summary>The window of an operator whose options begin with padding, stride_w, stride_h.</summary>
    public static SpatialWindow Of(ConversionContext context, TfliteOperator op, int[] input, int kernelHeight, int kernelWidth, int dilationHeight, int dilationWidth)
    {
        FlatTable options = op.Options;
        int padding = options.Byte(0);
        if (padding is not (Same or Valid)) throw context.Invalid(op, $"has a padding of unknown kind {padding}");
        int[] strides = [options.Int32(2), options.Int32(1)];
        int[] kernel = [kernelHeight, kernelWidth];
        int[] dilations = [dilationHeight, dilationWidth];
        foreach (int v in (int[])[.. strides, .. kernel, .. dilations])
        {
            if (v is <= 0 or > MaxStep) throw context.Invalid(op, $"has a stride, window or dilation of {v}");
        }

        int[] pads = new int[4];
        int[] size = new int[2];
        for (int i = 0; i < 2; i++)
        {
            long extent = ((kernel[i] - 1L) * dilations[i]) + 1;
            long length = input[i + 1];
            if (padding == Valid)
            {
                if (extent > length) throw context.Invalid(op, $"has a window of {extent}, which is larger than its input of {length}");
                size[i] = (int)((length - extent) / strides[i]) + 1;
                continue;
            }

            size[i] = (int)((length + strides[i] - 1) / strides[i]);
            long total = Math.Max(0, ((size[i] - 1L) * strides[i]) + extent - length);
            if (total > int.MaxValue) throw context.Invalid(op, "has an impossible padding");
            pads[i] = (int)(total / 2);
            pads[i + 2] = (int)(total - (total / 2));
        }

        return new SpatialWindow(kernel, strides, dilations, pads, size[0], size[1]);
    }

    /// <summary>The attributes that ONNX's Conv and pooling operators have in common.</summary>
    public AttributeProto[] Attributes() =>
    [
        OnnxGraphBuilder.ListAttribute("kernel_shape", Kernel),
        OnnxGraphBuilder.ListAttribute("pads", Pads),
        OnnxGraphBuilder.ListAttribute("strides", Strides),
    ];
}
