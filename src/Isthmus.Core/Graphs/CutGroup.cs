using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>Nodes that no cut can part; see <see cref="CutGroups"/>.</summary>
/// <param name="Nodes">The nodes, in canonical order.</param>
/// <param name="Macs">Their multiply-accumulates.</param>
/// <param name="Made">Indices of the crossing tensors that they make.</param>
/// <param name="Used">Indices of the crossing tensors that they use.</param>
/// <param name="Before">The groups that must be in the head before this one.</param>
/// <param name="After">The groups that need this one.</param>
internal sealed record CutGroup(
    ImmutableArray<GraphNode> Nodes, long Macs, ImmutableArray<int> Made, ImmutableArray<int> Used, ImmutableArray<int> Before, ImmutableArray<int> After);
