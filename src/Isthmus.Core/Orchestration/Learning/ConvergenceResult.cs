using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>How a learner came to the optimum.</summary>
/// <param name="ConvergedAt">The steps after which it was near enough and stayed so; null if it did not within the steps there were.</param>
/// <param name="Steps">The steps that were taken.</param>
/// <param name="OptimalMs">The optimum's mean response time over the states.</param>
/// <param name="DistinctStates">The distinct states that were evaluated in.</param>
/// <param name="Last">The last evaluation.</param>
/// <param name="Curve">The learning curve, thinned.</param>
public sealed record ConvergenceResult(
    long? ConvergedAt, long Steps, double OptimalMs, int DistinctStates, ConvergencePoint Last, ImmutableArray<ConvergencePoint> Curve);
