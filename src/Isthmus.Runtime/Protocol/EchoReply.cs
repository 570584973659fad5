namespace Isthmus.Runtime.Protocol;

/// <summary>The answer to a body that was sent only to be received.</summary>
/// <param name="Bytes">How many bytes arrived.</param>
public sealed record EchoReply(long Bytes);
