using System.Text.Json.Serialization;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Profiling;

/// <summary>A tensor that crosses a cut.</summary>
/// <param name="Name">Its name in the ONNX graph.</param>
/// <param name="Shape">Its shape for one input.</param>
public sealed record CutTensor(string Name, TensorShape Shape)
{
    /// <summary>What calibration learnt of it, for codecs that can use it; null for nothing. The cut's sizes and losses are with these tables.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CodecTables? Tables { get; init; }
}
