using Isthmus.Core.Graphs;
using Isthmus.Core.Tensors;

namespace Isthmus.Runtime.Protocol;

/// <summary>A tensor of a model, as the protocol's metadata describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its element type's name in the protocol.</param>
/// <param name="Shape">Its shape.</param>
public sealed record TensorMetadata(string Name, string Datatype, TensorShape Shape)
{
    /// <summary>The metadata of a tensor of a graph.</summary>
    public static TensorMetadata Of(TensorDescription tensor) => new(tensor.Name, tensor.ElementType.ProtocolName(), tensor.Shape);
}
