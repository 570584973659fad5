using System.Collections.Immutable;

namespace Isthmus.Runtime.Running;

/// <summary>A run: what became of each picture, in the order given, and the whole in a few numbers.</summary>
/// <param name="Images">The pictures.</param>
/// <param name="Summary">The whole.</param>
public sealed record RunReport(ImmutableArray<ImageReport> Images, RunSummary Summary);
