namespace Isthmus.Lab.Orchestration;

/// <summary>A line that a user's process answers. The first, with number 0, says that it is ready and how the nodes are reached.</summary>
/// <param name="Id">The request's number.</param>
public sealed record LiveUserReply(long Id)
{
    /// <summary>From the line that was read to the answer, in milliseconds; null if the request was lost.</summary>
    public double? Ms { get; init; }

    /// <summary>Of that the time on the way, there and back, in milliseconds.</summary>
    public double LinkMs { get; init; }

    /// <summary>Of that the node's own time, queue and all, in milliseconds.</summary>
    public double NodeMs { get; init; }

    /// <summary>Bytes of the request's body that crossed.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether the class that is ranked first is the right one.</summary>
    public bool IsRight { get; init; }

    /// <summary>Why the request was lost; null if it was not.</summary>
    public string? Problem { get; init; }

    /// <summary>When ready: the median round trip of an empty request to the edge and to the cloud, in milliseconds, as the user's process measures it.</summary>
    public double? EdgeRttMs { get; init; }

    /// <inheritdoc cref="EdgeRttMs"/>
    public double? CloudRttMs { get; init; }
}
