using System.Collections.Immutable;

namespace Isthmus.Lab.Reporting;

/// <summary>One curve of a chart.</summary>
/// <param name="Name">What it stands for.</param>
/// <param name="Colour">Its colour, as in CSS.</param>
/// <param name="Points">Its points, by rising X; both are finite.</param>
/// <param name="AsMarks">Whether the points are drawn as marks instead of a line.</param>
/// <param name="Emphasised">Whether it is the one the reader should look at.</param>
public sealed record LineSeries(string Name, string Colour, ImmutableArray<(double X, double Y)> Points, bool AsMarks = false, bool Emphasised = false);
