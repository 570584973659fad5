namespace Isthmus.Inference.Import;

/// <summary>How a TFLite model is imported.</summary>
public sealed record ImportOptions
{
    /// <summary>Float weights and activations; a quantised model is dequantised.</summary>
    public static ImportOptions Default { get; } = new();

    /// <summary>Whether the quantised model stays so: weights of 8 bits, and QuantizeLinear/DequantizeLinear around the operators. Default false.</summary>
    public bool Quantized { get; init; }

    /// <summary>What errors call the model, such as its file's name. Default "The file".</summary>
    public string Name { get; init; } = "The file";
}
