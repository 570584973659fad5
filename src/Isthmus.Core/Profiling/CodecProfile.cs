using System.Text.Json.Serialization;
using Isthmus.Core.Codec;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>What a codec does to the tensors of one cut, on real activations.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Bytes">Mean bytes of the frames of one image, everything counted.</param>
/// <param name="AccuracyLoss">
/// What the planner counts, 0…1: the share of images whose top-1 class differs from the un-split network's; after a calibration with labels, the
/// loss of top-1 accuracy. A calibration smooths it, so that no finer setting of the same codec loses more.
/// </param>
/// <param name="SampleCount">How many images.</param>
public sealed record CodecProfile(CodecSpec Codec, ByteCount Bytes, double AccuracyLoss, int SampleCount)
{
    /// <summary>What a calibration measured; null if there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MeasuredAccuracy? Accuracy { get; init; }
}
