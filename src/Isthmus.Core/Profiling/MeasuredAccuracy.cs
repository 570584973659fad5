using System.Text.Json.Serialization;

namespace Isthmus.Core.Profiling;

/// <summary>
/// What a calibration saw of the accuracy of one setting, as it was measured: the planner uses the smoothed <c>AccuracyLoss</c> beside it.
/// Everything is paired: each image was answered by the un-split network too.
/// </summary>
/// <param name="RawLoss">
/// With labels, the share of images that top-1 lost minus that it gained, negative if the setting did better; without, the share whose first class differs.
/// </param>
/// <param name="Low">Lower end of the 95 % interval of <paramref name="RawLoss"/>.</param>
/// <param name="High">Upper end.</param>
/// <param name="Agreement">Share of images, 0…1, whose first class is the un-split network's.</param>
public sealed record MeasuredAccuracy(double RawLoss, double Low, double High, double Agreement)
{
    /// <summary>Change of top-1 accuracy against the un-split network, −1…1; negative is worse. Null without labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Top1Change { get; init; }

    /// <summary>Change of top-5 accuracy, likewise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Top5Change { get; init; }

    /// <summary>
    /// McNemar's exact probability, two-sided, of so uneven a split between images lost and gained in top-1 if neither were likelier. Null
    /// without labels.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? McNemar { get; init; }

    /// <summary>
    /// Whether the setting was given up as hopeless before all images were tried. Its figures are then of those that were seen, and the smoothed
    /// loss beside it is 1: no bound admits it but one that admits anything.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Stopped { get; init; }
}
