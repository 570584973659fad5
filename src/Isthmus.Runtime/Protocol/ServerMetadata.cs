namespace Isthmus.Runtime.Protocol;

/// <summary>What a server says of itself at /v2.</summary>
/// <param name="Name">The server's name; of a node, "isthmus".</param>
/// <param name="Version">The server's version.</param>
/// <param name="Extensions">The protocol extensions that it supports.</param>
/// <param name="Isthmus">What a node adds; null if the server is none of Isthmus.</param>
public sealed record ServerMetadata(string Name, string Version, IReadOnlyList<string> Extensions, NodeDescription? Isthmus = null);
