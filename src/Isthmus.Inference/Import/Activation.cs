using Isthmus.Inference.Import.Tflite;

namespace Isthmus.Inference.Import;

/// <summary>A computed tensor: what it is in TFLite, and under which names the ONNX graph has it.</summary>
/// <param name="Tensor">The tensor of the TFLite model.</param>
/// <param name="Shape">Its shape, in TFLite's order of dimensions.</param>
internal sealed record Activation(TfliteTensor Tensor, int[] Shape)
{
    /// <summary>Its ONNX name with the dimensions in TFLite's order; null while nobody asked for it.</summary>
    public string? Native { get; set; }

    /// <summary>Its ONNX name with the dimensions batch, channel, row, column; only for four dimensions, null while nobody asked for it.</summary>
    public string? Nchw { get; set; }

    /// <summary>What it can hold.</summary>
    public ValueRange Range { get; init; } = ValueRange.Unbounded;

    /// <summary>Whether both orders of the dimensions hold the same bytes: one channel, or one pixel.</summary>
    public static bool IsSameInBothOrders(int[] shape) => shape.Length == 4 && (shape[3] == 1 || (shape[1] == 1 && shape[2] == 1));
}
