using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction;

/// <summary>A table of plain texts.</summary>
/// <param name="Title">What it shows.</param>
/// <param name="Columns">The headings; one that begins with "&lt;" stands above words and is aligned left, others stand above figures.</param>
/// <param name="Rows">The cells of each row, and whether the row is the one to look at.</param>
public sealed record ReportTable(string Title, ImmutableArray<string> Columns, ImmutableArray<(ImmutableArray<string> Cells, bool Emphasised)> Rows);
