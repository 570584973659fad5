using System.Collections.Immutable;
using Isthmus.Lab.Reporting;

namespace Isthmus.Lab.Reproduction;

/// <summary>A part of a report: words, tables and charts under a heading. All texts are plain.</summary>
/// <param name="Title">The heading.</param>
public sealed record ReportSection(string Title)
{
    /// <summary>What there is to say, a paragraph each.</summary>
    public ImmutableArray<string> Text { get; init; } = [];

    /// <summary>Tables.</summary>
    public ImmutableArray<ReportTable> Tables { get; init; } = [];

    /// <summary>Curves.</summary>
    public ImmutableArray<LineChart> Lines { get; init; } = [];

    /// <summary>Stacked bars.</summary>
    public ImmutableArray<StackedBarChart> Bars { get; init; } = [];
}
