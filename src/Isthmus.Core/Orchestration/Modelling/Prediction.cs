namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>What a request is expected to take.</summary>
/// <param name="MeanMs">The expectation in milliseconds.</param>
/// <param name="DeviationMs">The standard deviation of that expectation, without what requests scatter by themselves.</param>
public readonly record struct Prediction(double MeanMs, double DeviationMs);
