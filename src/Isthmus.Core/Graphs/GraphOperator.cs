using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>What a partition can place: nodes of a network that no cut can part, or that one kernel of the runtime computes.</summary>
/// <param name="Name">The last tensor that it makes; "output" if it makes none, which is so where the network's outputs are gathered.</param>
/// <param name="Nodes">The nodes, in canonical order; none where outputs are gathered.</param>
/// <param name="Macs">Their multiply-accumulates.</param>
public sealed record GraphOperator(string Name, ImmutableArray<GraphNode> Nodes, long Macs);
