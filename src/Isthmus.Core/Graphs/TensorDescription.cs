using Isthmus.Core.Tensors;

namespace Isthmus.Core.Graphs;

/// <summary>What is known of a tensor of a graph.</summary>
/// <param name="Name">Its name in the graph.</param>
/// <param name="ElementType">The type of its elements.</param>
/// <param name="Shape">Its shape, as seen in a real run with one input.</param>
public sealed record TensorDescription(string Name, ElementType ElementType, TensorShape Shape)
{
    /// <summary>Bytes that the tensor takes, uncompressed.</summary>
    public long ByteLength => Shape.ElementCount * ElementType.Size();
}
