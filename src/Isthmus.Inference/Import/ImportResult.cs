using Isthmus.Inference.Manifests;

namespace Isthmus.Inference.Import;

/// <summary>An imported model.</summary>
public sealed record ImportResult
{
    /// <summary>The ONNX file's bytes.</summary>
    public required byte[] Model { get; init; }

    /// <summary>What the TFLite file tells of the picture that the network takes; null if its input is no picture.</summary>
    public required ModelManifest? Manifest { get; init; }

    /// <summary>
    /// Whether mean and scale of <see cref="Manifest"/> come from the input's quantisation. If not, they are TensorFlow's
    /// convention, (v − 127.5) / 127.5, which is a guess.
    /// </summary>
    public required bool NormalisationKnown { get; init; }

    /// <summary>Number of operators of the TFLite model.</summary>
    public required int Operators { get; init; }

    /// <summary>Number of nodes of the ONNX graph.</summary>
    public required int Nodes { get; init; }

    /// <summary>Number of values of the first output, for one input: the classes of a classifier, background included.</summary>
    public required int Outputs { get; init; }

    /// <summary>Whether the model keeps its 8-bit weights.</summary>
    public required bool Quantized { get; init; }
}
