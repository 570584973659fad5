namespace Isthmus.Core.Progress;

/// <summary>How far a long operation is.</summary>
/// <param name="Step">What is being done, in a few words.</param>
/// <param name="Fraction">Share of the whole that is done, 0…1.</param>
public readonly record struct ProgressReport(string Step, double Fraction)
{
    /// <summary>The part that this is about, where several go on at the same time, such as a node's name; null if there is only the whole.</summary>
    public string? Part { get; init; }

    /// <summary>Share of the part that is done, 0…1.</summary>
    public double PartFraction { get; init; }
}
