namespace Isthmus.Runtime.Protocol;

/// <summary>What a server says of a model.</summary>
/// <param name="Name">The model's name.</param>
/// <param name="Versions">Its versions; of a node, its SHA-256.</param>
/// <param name="Platform">What runs it.</param>
/// <param name="Inputs">Its inputs.</param>
/// <param name="Outputs">Its outputs.</param>
public sealed record ModelMetadata(
    string Name, IReadOnlyList<string>? Versions, string Platform, IReadOnlyList<TensorMetadata> Inputs, IReadOnlyList<TensorMetadata> Outputs);
