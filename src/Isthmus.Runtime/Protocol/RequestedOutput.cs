namespace Isthmus.Runtime.Protocol;

/// <summary>An output that a request asks for.</summary>
/// <param name="Name">The output's name.</param>
/// <param name="IsBinary">Whether it is wanted as bytes; null where the request does not say, and its <see cref="ProtocolNames.BinaryDataOutput"/> decides.</param>
public sealed record RequestedOutput(string Name, bool? IsBinary);
