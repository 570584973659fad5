using System.Collections.Immutable;

namespace Isthmus.Core.Graphs;

/// <summary>A tensor between two operators of an <see cref="OperatorGraph"/>.</summary>
/// <param name="Description">Its name, type and shape.</param>
/// <param name="Producer">The operator that makes it.</param>
/// <param name="Consumers">The operators that use it, ascending.</param>
public sealed record OperatorTensor(TensorDescription Description, int Producer, ImmutableArray<int> Consumers);
