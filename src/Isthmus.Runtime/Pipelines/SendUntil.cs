using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>How long the device goes on sending a progressive picture; the node answers from what came by then.</summary>
/// <param name="Time">So long after the picture was begun; null for as long as the deadline leaves for the node's computing and the way back.</param>
public sealed record SendUntil(Milliseconds? Time)
{
    /// <summary>As long as the deadline leaves.</summary>
    public static SendUntil Deadline { get; } = new((Milliseconds?)null);
}
