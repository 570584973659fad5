using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>A tensor that lies between two groups of nodes and may cross a cut.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Producer">The group that makes it.</param>
/// <param name="Consumers">The groups that use it, ascending.</param>
internal sealed record CrossingTensor(string Name, long Bytes, int Producer, ImmutableArray<int> Consumers);
