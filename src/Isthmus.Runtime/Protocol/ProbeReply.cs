using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>What a node measured of its link to another node.</summary>
/// <param name="Url">The other node's address.</param>
/// <param name="RoundTrip">Median round-trip time of an empty request on an open connection.</param>
/// <param name="Bandwidth">Bandwidth towards the other node, from a transfer.</param>
/// <param name="Bytes">Bytes of that transfer.</param>
public sealed record ProbeReply(
    string Url,
    [property: JsonPropertyName("roundTripMs")] Milliseconds RoundTrip,
    [property: JsonPropertyName("bitsPerSecond")] BitsPerSecond Bandwidth,
    long Bytes);
