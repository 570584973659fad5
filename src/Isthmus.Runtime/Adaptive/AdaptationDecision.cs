using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Adaptive;

/// <summary>One decision: what was known, and what became of it.</summary>
/// <param name="Number">Counted from 1.</param>
/// <param name="Time">When.</param>
/// <param name="Links">The links as they were believed to be.</param>
/// <param name="Ratios">The nodes whose computing took more or less time than profiled.</param>
/// <param name="Excluded">The nodes that were excluded because they failed.</param>
/// <param name="Present">The plan before the decision; null at the start.</param>
/// <param name="PresentMs">What it is predicted to take now; null if it is impossible now.</param>
/// <param name="Best">The best plan now; null if there is none.</param>
/// <param name="BestMs">What that is predicted to take.</param>
/// <param name="Gain">By which share of the present plan's score the best one's is lower.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Why">The reason in a sentence.</param>
public sealed record AdaptationDecision(
    int Number,
    DateTimeOffset Time,
    ImmutableArray<LinkProfile> Links,
    ImmutableArray<MeasuredRatio> Ratios,
    ImmutableArray<string> Excluded,
    string? Present,
    Milliseconds? PresentMs,
    string? Best,
    Milliseconds? BestMs,
    double Gain,
    DecisionOutcome Outcome,
    string Why)
{
    /// <summary>The plan after the decision.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Plan Plan { get => field ?? throw new InvalidOperationException("The decision was read from a log, which holds the plan as text."); init; }

    /// <summary>What the plan after the decision is predicted to take; null if it is impossible now.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public Milliseconds? Predicted { get; init; }
}
