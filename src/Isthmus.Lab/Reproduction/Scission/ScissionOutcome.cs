using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Planning;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>What a method chose, and what that took.</summary>
/// <param name="Method">The method.</param>
/// <param name="Plan">Its plan in a line; null if it has none.</param>
/// <param name="IsSplit">Whether the plan splits the network.</param>
/// <param name="OwnMs">Milliseconds by the cost that the method chooses by.</param>
/// <param name="PredictedMs">Milliseconds with everything counted; null if something of it was not measured.</param>
public sealed record ScissionOutcome(string Method, string? Plan, bool IsSplit, double? OwnMs, double? PredictedMs)
{
    /// <summary>The plan.</summary>
    [JsonIgnore]
    public Plan? Chosen { get; init; }

    /// <summary>Median milliseconds of the real runs; null if nothing was answered.</summary>
    public double? MeasuredMs { get; init; }

    /// <summary>Each run, in milliseconds; null where there was no answer.</summary>
    public ImmutableArray<double?> Runs { get; init; } = [];

    /// <summary>Mean bytes that left the device.</summary>
    public double? Bytes { get; init; }

    /// <summary>The class that the un-split network gives, of so many of the photographs.</summary>
    public int? Agreeing { get; init; }

    /// <summary>The method whose run this is too, because it chose the same plan; null if it ran for this one.</summary>
    public string? SameRunAs { get; init; }
}
