using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Streaming;

/// <summary>What a plan is predicted to do as a pipeline.</summary>
/// <param name="Stages">Its stages.</param>
/// <param name="Latency">What one picture alone takes.</param>
public sealed record StreamPrediction(ImmutableArray<PipelineStage> Stages, Milliseconds Latency)
{
    /// <summary>The time from one answer to the next: the longest stage.</summary>
    public Milliseconds Period => PipelineStages.Longest(Stages).Time;

    /// <summary>The window that keeps the longest stage busy, 2…64.</summary>
    public int Window => Period.Value > 0 ? (int)Math.Clamp(Math.Ceiling(Latency / Period) + 1, 2, 64) : 2;

    /// <summary>Predicts a plan.</summary>
    /// <exception cref="Core.Errors.IsthmusException">The plan does not fit the profile, or needs something that was not measured.</exception>
    public static StreamPrediction Of(CostModel costs, Plan plan)
    {
        ArgumentNullException.ThrowIfNull(costs);
        return new(PipelineStages.Of(costs, plan), costs.Cost(plan).Total);
    }
}
