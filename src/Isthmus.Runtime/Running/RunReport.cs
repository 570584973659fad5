using System.Collections.Immutable;

namespace Isthmus.Runtime.Running;

/// <summary>A run: what became of each picture, in the order given, and the whole in a few numbers.</summary>
/// <param name="Images">The pictures.</param>
/// <param name="Summary">The whole.</param>
public sealed record RunReport(ImmutableArray<ImageReport> Images, RunSummary Summary)
{
    /// <summary>How switches of plans went; null if the plan was fixed.</summary>
    public SwitchCounters? Switches { get; init; }

    /// <summary>What a cascade did; null without one.</summary>
    public CascadeSummary? Cascade { get; init; }

    /// <summary>What came of re-checks; null without them.</summary>
    public Pipelines.RecheckSummary? Rechecks { get; init; }

    /// <summary>How the run followed an orchestrator; null without one.</summary>
    public Orchestrating.OrchestrationSummary? Orchestration { get; init; }

    /// <summary>What became of the segments that the device loaded; null if that was not asked.</summary>
    public Pipelines.SessionCounters? Sessions { get; init; }
}
