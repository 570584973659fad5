using System.Collections.Immutable;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Demo;

/// <summary>What happened in one phase.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Adaptive">The images as they were classified while the links changed; the first of them may still have the plan of the phase before.</param>
/// <param name="Plan">The plan on which it settled.</param>
/// <param name="Why">Why that plan.</param>
/// <param name="Predicted">What the plan was predicted to take once the links were known; null if it was not.</param>
/// <param name="Chosen">The same plan once more, beside the baselines.</param>
/// <param name="Baselines">The baselines.</param>
public sealed record DemoPhaseResult(
    DemoPhase Phase, RunReport Adaptive, string Plan, string Why, Milliseconds? Predicted, RunReport Chosen, ImmutableArray<DemoBaseline> Baselines)
{
    /// <summary>The fastest baseline that satisfies the constraints; null if none was answered.</summary>
    public DemoBaseline? BestBaseline => Baselines.Where(b => b.Allowed && b.Run.Summary.P50Ms is not null).MinBy(b => b.Run.Summary.P50Ms);

    /// <summary>How far measured and predicted latency are apart, as a share of the prediction; null if there is no prediction.</summary>
    public double? PredictionError => Predicted is { Value: > 0 } predicted && Chosen.Summary.P50Ms is { } measured ? (measured - predicted.Value) / predicted.Value : null;
}
