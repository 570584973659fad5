using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Fleets;

/// <summary>What carrying out a plan showed of its prediction. Its JSON is what scripts rely on.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Profile">The profile with what was learnt.</param>
public sealed record PlanVerification([property: JsonIgnore] Plan Plan, [property: JsonIgnore] Profile Profile)
{
    /// <summary>The plan in one line.</summary>
    [JsonPropertyName("plan")]
    public string Description => Plan.Describe();

    /// <summary>Requests that went as planned, and count.</summary>
    public required int Requests { get; init; }

    /// <summary>Requests that went another way, and do not count.</summary>
    public required int Fallbacks { get; init; }

    /// <summary>What the plan was predicted to take before.</summary>
    [JsonPropertyName("predictedMs")]
    public required Milliseconds Predicted { get; init; }

    /// <summary>The median of what it took.</summary>
    [JsonPropertyName("measuredMs")]
    public required Milliseconds Measured { get; init; }

    /// <summary>What it is predicted to take with what was learnt.</summary>
    [JsonPropertyName("predictedAfterMs")]
    public required Milliseconds PredictedAfter { get; init; }

    /// <summary>Measured ÷ predicted, before.</summary>
    public double Ratio => Measured / Predicted;

    /// <summary>Measured ÷ predicted, with what was learnt.</summary>
    public double RatioAfter => Measured / PredictedAfter;

    /// <summary>Whether segments were not measured as a whole, but summed from blocks.</summary>
    public required bool FromBlocks { get; init; }

    /// <summary>Whether anything was emulated.</summary>
    public required bool Emulated { get; init; }

    /// <summary>Every stage.</summary>
    public required ImmutableArray<StageCheck> Stages { get; init; }

    /// <summary>Every node that computed.</summary>
    public required ImmutableArray<NodeRatio> Nodes { get; init; }
}
