namespace Isthmus.Runtime.Transport;

/// <summary>Why a node gave no answer.</summary>
public enum NodeFailure
{
    /// <summary>No connection: the request was certainly not executed.</summary>
    Unreachable,

    /// <summary>The connection broke: the request may have been executed.</summary>
    Broken,

    /// <summary>It took longer than allowed.</summary>
    Timeout,

    /// <summary>The node has too much to do and did not accept the request (HTTP 429 or 503).</summary>
    Busy,

    /// <summary>The node does not know the model (HTTP 404).</summary>
    Unknown,

    /// <summary>The node refused the request (other HTTP 4xx); the same request will be refused again.</summary>
    Refused,

    /// <summary>The node failed on the request (HTTP 5xx).</summary>
    Failed,

    /// <summary>What it answered is no answer of the protocol.</summary>
    Garbled,
}
