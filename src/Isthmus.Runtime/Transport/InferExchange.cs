using Isthmus.Core.Quantities;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Transport;

/// <summary>A request for inference and its answer, with where the time went as the caller saw it. Owns the answer.</summary>
/// <param name="Response">The answer.</param>
/// <param name="Trace">What the nodes did; null if the server is none of Isthmus.</param>
/// <param name="Elapsed">From the first byte of the request to the last of the answer.</param>
/// <param name="Sent">Until the body was handed to the operating system, which may buffer: not the time of its transfer.</param>
/// <param name="FirstByte">Until the answer's headers arrived.</param>
/// <param name="BytesSent">Bytes of the request's body.</param>
/// <param name="BytesReceived">Bytes of the answer's body.</param>
public sealed record InferExchange(
    InferResponse Response, AnswerTrace? Trace, Milliseconds Elapsed, Milliseconds Sent, Milliseconds FirstByte, ByteCount BytesSent, ByteCount BytesReceived) : IDisposable
{
    /// <summary>What was written of content that was sent at a pace, and may have ended early; null if it was not.</summary>
    public PacedTransfer? Paced { get; init; }

    /// <summary>Time on the way, there and back: what elapsed without what the first node spent; null if the server does not say.</summary>
    public Milliseconds? OnTheWay => Trace is { Hops.Count: > 0 } ? new(Math.Max(0, Elapsed.Value - Trace.Hops[0].Total.Value)) : null;

    /// <summary>Gives the answer's memory back.</summary>
    public void Dispose() => Response.Dispose();
}
