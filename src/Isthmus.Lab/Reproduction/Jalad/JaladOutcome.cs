using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>What became of a method at one bandwidth.</summary>
public sealed record JaladOutcome
{
    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>The plan that the planner chose for it, in one line; null if none keeps Δα.</summary>
    public string? Plan { get; init; }

    /// <summary>Whether that plan splits the network.</summary>
    public bool IsSplit { get; init; }

    /// <summary>Why, or why there is none.</summary>
    public string Why { get; init; } = "";

    /// <summary>Predicted milliseconds.</summary>
    public double? PredictedMs { get; init; }

    /// <summary>The loss that planning counted on: from the calibration photographs.</summary>
    public double? PlannedLoss { get; init; }

    /// <summary>Median milliseconds.</summary>
    public double? P50Ms { get; init; }

    /// <summary>95th percentile of the milliseconds, by the nearest-rank rule.</summary>
    public double? P95Ms { get; init; }

    /// <summary>Mean bytes that left the device for one photograph.</summary>
    public double? BytesUp { get; init; }

    /// <summary>The method whose plan, and therefore whose run, this is: the first with the same plan; null if it is its own.</summary>
    public string? SameRunAs { get; init; }

    /// <summary>What the plan does to the answers.</summary>
    public JaladLoss? Loss { get; init; }

    /// <summary>The timed photographs, each once.</summary>
    public ImmutableArray<JaladAnswer> Photographs { get; init; } = [];

    /// <summary>The plan itself.</summary>
    [JsonIgnore]
    public Plan? Chosen { get; init; }

    /// <summary>The run as the runtime reports it, with all stages.</summary>
    [JsonIgnore]
    public RunReport? Run { get; init; }
}
