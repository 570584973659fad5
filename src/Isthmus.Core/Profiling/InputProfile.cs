using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>What an input encoding does to real images.</summary>
/// <param name="Encoding">The encoding; not <see cref="InputKind.Local"/>.</param>
/// <param name="Bytes">Mean bytes of one image.</param>
/// <param name="AccuracyLoss">
/// What the planner counts, 0…1: the share of images whose top-1 class differs from that of the un-encoded image; after a calibration with labels,
/// the loss of top-1 accuracy, smoothed likewise over the qualities.
/// </param>
/// <param name="SampleCount">How many images.</param>
public sealed record InputProfile(InputEncoding Encoding, ByteCount Bytes, double AccuracyLoss, int SampleCount)
{
    /// <summary>What a calibration measured; null if there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MeasuredAccuracy? Accuracy { get; init; }
}
