namespace Isthmus.Core.Progress;

/// <summary>How far a long operation is.</summary>
/// <param name="Step">What is being done, in a few words.</param>
/// <param name="Fraction">Share of the whole that is done, 0…1.</param>
public readonly record struct ProgressReport(string Step, double Fraction);
