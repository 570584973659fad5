using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>What one node did for an answer, and how long each stage took.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="From">The tensors where its segment began; null at the model's inputs.</param>
/// <param name="To">The tensors where it ended; null at the model's outputs.</param>
/// <param name="Queue">Waiting for a free worker, and on first use for the session to be loaded.</param>
/// <param name="Decode">From an image's bytes to the input tensor.</param>
/// <param name="Unpack">From frames to tensors.</param>
/// <param name="Run">The inference.</param>
/// <param name="Encode">From output tensors to frames.</param>
/// <param name="Forward">Waiting for the next node's whole answer.</param>
/// <param name="Total">From the last byte of the request to the start of the answer.</param>
/// <param name="BytesForwarded">Bytes of body sent to the next node.</param>
/// <param name="Slowdown">The factor by which computing was slowed down on purpose; 1 is none, anything else is emulated.</param>
public sealed record HopTrace(
    string Node,
    Tier Tier,
    IReadOnlyList<string>? From,
    IReadOnlyList<string>? To,
    [property: JsonPropertyName("queueMs")] Milliseconds Queue,
    [property: JsonPropertyName("decodeMs")] Milliseconds Decode,
    [property: JsonPropertyName("unpackMs")] Milliseconds Unpack,
    [property: JsonPropertyName("runMs")] Milliseconds Run,
    [property: JsonPropertyName("encodeMs")] Milliseconds Encode,
    [property: JsonPropertyName("forwardMs")] Milliseconds Forward,
    [property: JsonPropertyName("totalMs")] Milliseconds Total,
    long BytesForwarded,
    double Slowdown)
{
    /// <summary>Bytes of the input that were used, where its content was allowed to end early; null where it was not.</summary>
    public long? BytesUsed { get; init; }

    /// <summary>Bytes of the input that could have come; null where its content was not allowed to end early.</summary>
    public long? BytesAnnounced { get; init; }

    /// <summary>From the arrival of the request's JSON part to that of the last byte used; null where the content was not allowed to end early. Not part of <see cref="Total"/>.</summary>
    [JsonPropertyName("receiveMs")]
    public Milliseconds? Receive { get; init; }

    /// <summary>Whether the node stopped reading because the time was up, so that the link was slower than the sender.</summary>
    public bool IsCut { get; init; }

    /// <summary>What the node says of a part of the picture, if it was asked to look at one and had the time; else null.</summary>
    public PartCheck? Check { get; init; }

    /// <summary>Whether the request waited for a session to be loaded; it counts in <see cref="Queue"/>.</summary>
    public bool Cold { get; init; }
}
