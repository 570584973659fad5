using System.Text.Json.Serialization;
using Isthmus.Core.Graphs;

namespace Isthmus.Core.Profiling;

/// <summary>Where the sizes and losses of a calibrated profile come from.</summary>
/// <param name="DataHash">SHA-256 over the SHA-256 of each image's file, in the order of their names, and its label; see docs/calibration.md.</param>
/// <param name="Manifest">SHA-256 of the manifest that made inputs of the images: with another one the losses are others.</param>
/// <param name="SampleCount">How many images.</param>
/// <param name="Labelled">Whether losses are changes of top-1 accuracy; else they are shares of answers that differ.</param>
/// <param name="Created">When the calibration ended.</param>
/// <param name="SoftwareVersion">The version of Isthmus that calibrated.</param>
public sealed record ProfileCalibration(ModelHash DataHash, ModelHash Manifest, int SampleCount, bool Labelled, DateTimeOffset Created, string SoftwareVersion)
{
    /// <summary>Share of images that the un-split network classifies correctly, 0…1; null without labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Top1 { get; init; }

    /// <summary>Share of images whose class is among the un-split network's first five; null without labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Top5 { get; init; }
}
