using System.Collections.Immutable;

namespace Isthmus.Lab.Reporting;

/// <summary>One stacked bar of a chart.</summary>
/// <param name="Label">What the bar stands for.</param>
/// <param name="Segments">Its parts, from left to right.</param>
/// <param name="Note">A few words at its end, after the total; empty for none.</param>
/// <param name="Emphasised">Whether the bar is the one the reader should look at.</param>
public sealed record Bar(string Label, ImmutableArray<BarSegment> Segments, string Note = "", bool Emphasised = false)
{
    /// <summary>The whole length.</summary>
    public double Total => Segments.Sum(s => s.Value);
}
