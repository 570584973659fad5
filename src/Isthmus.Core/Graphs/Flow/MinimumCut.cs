namespace Isthmus.Core.Graphs.Flow;

/// <summary>A minimum cut of a <see cref="FlowNetwork"/>.</summary>
/// <param name="Value">The capacity that it removes.</param>
/// <param name="OnSourceSide">Which vertices are on the source's side.</param>
public sealed record MinimumCut(long Value, IReadOnlyList<bool> OnSourceSide);
