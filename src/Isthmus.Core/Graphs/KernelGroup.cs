using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>Operators of a network whose work one kernel of the runtime does.</summary>
/// <param name="Nodes">The operators, in canonical order.</param>
/// <param name="Milliseconds">How long the kernel takes; 0 for operators that the runtime has no kernel for.</param>
public sealed record KernelGroup(ImmutableArray<GraphNode> Nodes, double Milliseconds);
