using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>The experiment on one network.</summary>
public sealed record JaladModelResult
{
    /// <summary>The network's file name.</summary>
    public required string Model { get; init; }

    /// <summary>The network's hash.</summary>
    public required string Hash { get; init; }

    /// <summary>Photographs that sizes and losses for planning come from.</summary>
    public required int CalibrationPhotographs { get; init; }

    /// <summary>Whether Δα is counted in top-1 accuracy, as there are labels enough; else in answers that differ from the un-split network's.</summary>
    public required bool LossIsTop1 { get; init; }

    /// <summary>Photographs that were timed at each bandwidth.</summary>
    public required int TimedPhotographs { get; init; }

    /// <summary>Photographs on which losses were judged.</summary>
    public required int EvaluatedPhotographs { get; init; }

    /// <summary>Whether none of the timed and evaluated photographs was used for calibration.</summary>
    public required bool HeldOut { get; init; }

    /// <summary>The un-split network on the cloud, alone.</summary>
    public required double CloudMs { get; init; }

    /// <summary>The un-split network on the device, emulated slow-down included.</summary>
    public required double DeviceMs { get; init; }

    /// <summary>Milliseconds of one decision, median: JALAD's space.</summary>
    public required double JaladDecisionMs { get; init; }

    /// <summary>Milliseconds of one decision, median: everything.</summary>
    public required double IsthmusDecisionMs { get; init; }

    /// <summary>The codecs at every cut.</summary>
    public required ImmutableArray<JaladCodecAtCut> Cuts { get; init; }

    /// <summary>What really ran.</summary>
    public required ImmutableArray<JaladRate> Rates { get; init; }

    /// <summary>What the planner predicts in between.</summary>
    public required ImmutableArray<JaladPrediction> Sweep { get; init; }

    /// <summary>Where splitting is predicted to pay.</summary>
    public required ImmutableArray<JaladMapCell> Map { get; init; }

    /// <summary>The methods.</summary>
    [JsonIgnore]
    public ImmutableArray<JaladMethod> Methods { get; init; } = [];

    /// <summary>What was measured of the forms of the input.</summary>
    public required ImmutableArray<JaladInput> Inputs { get; init; }

    /// <summary>The round-trip time of the link.</summary>
    public required Milliseconds RoundTrip { get; init; }
}
