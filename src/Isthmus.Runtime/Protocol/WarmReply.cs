using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>What became of a request to make a segment ready.</summary>
/// <param name="Outcome">Whether it is ready.</param>
/// <param name="Reason">Why it was declined; null if it was not.</param>
/// <param name="Load">How long loading took; zero if nothing was loaded.</param>
/// <param name="MemoryBytes">Estimated memory of all sessions that the node has loaded.</param>
public sealed record WarmReply(WarmOutcome Outcome, string? Reason, [property: JsonPropertyName("loadMs")] Milliseconds Load, long MemoryBytes);
