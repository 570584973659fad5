using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Planning;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>What a method chose for a question at a bandwidth, and what became of it.</summary>
public sealed record ZhaoOutcome
{
    /// <summary>The method's name.</summary>
    public required string Method { get; init; }

    /// <summary>The network that it chose, and the plan, in one line; null if it has no plan.</summary>
    public string? Plan { get; init; }

    /// <summary>The plan itself.</summary>
    [JsonIgnore]
    public Plan? Chosen { get; init; }

    /// <summary>Whether the plan meets the question by its own prediction; if not, none of the method's plans did.</summary>
    public bool MeetsQuestion { get; init; }

    /// <summary>Predicted milliseconds, everything counted.</summary>
    public double? PredictedMs { get; init; }

    /// <summary>Predicted bytes that leave the device.</summary>
    public double? PredictedBytes { get; init; }

    /// <summary>Predicted points of accuracy, 0…1, below the most accurate network on the un-encoded picture.</summary>
    public double? PredictedLoss { get; init; }

    /// <summary>Median of the measured milliseconds.</summary>
    public double? MeasuredMs { get; init; }

    /// <summary>The measured milliseconds of each photograph; null where something else happened than the plan.</summary>
    public ImmutableArray<double?> Runs { get; init; } = [];

    /// <summary>Mean bytes that left the device, measured, everything counted.</summary>
    public double? Bytes { get; init; }

    /// <summary>How well the plan answers photographs.</summary>
    public ZhaoJudgement? Judged { get; init; }

    /// <summary>The method whose run this is too, because both chose the same plan; null if it is its own.</summary>
    public string? SameRunAs { get; init; }
}
