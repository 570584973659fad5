using System.Collections.Immutable;

namespace Isthmus.Runtime.Streaming;

/// <summary>A stream in a few numbers.</summary>
/// <param name="Window">The most pictures under way at a time.</param>
/// <param name="WallMs">From the first picture's beginning to the last answer.</param>
/// <param name="PerSecond">Answers a second once the first has come: what is left after the pipeline has filled. Null with fewer than two answers.</param>
/// <param name="PeriodMs">The mean time from one answer to the next, which is 1000 / <paramref name="PerSecond"/>.</param>
/// <param name="PredictedPerSecond">One over the longest stage; null if nothing was predicted.</param>
/// <param name="PredictedPeriodMs">The longest stage.</param>
/// <param name="LongestStage">Which stage that is predicted to be.</param>
/// <param name="BusiestStage">Which stage was busy for the largest share of the time; null if nothing was answered.</param>
/// <param name="Stages">The stages in the order in which a picture passes through them.</param>
public sealed record StreamSummary(
    int Window, double WallMs, double? PerSecond, double? PeriodMs, double? PredictedPerSecond, double? PredictedPeriodMs, string? LongestStage, string? BusiestStage,
    ImmutableArray<StageUse> Stages);
