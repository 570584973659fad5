using Isthmus.Core.Errors;

namespace Isthmus.Node;

/// <summary>A request is answered with an error status.</summary>
internal sealed class NodeRefusal : IsthmusException
{
    /// <summary>Creates the refusal.</summary>
    /// <param name="status">The HTTP status.</param>
    /// <param name="message">One sentence: what is wrong, and the way out.</param>
    /// <param name="retryAfterSeconds">When it is worth trying again; null if it is not.</param>
    public NodeRefusal(int status, string message, int? retryAfterSeconds = null)
        : base(ErrorKind.Node, message)
    {
        Status = status;
        RetryAfterSeconds = retryAfterSeconds;
    }

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>When it is worth trying again; null if it is not.</summary>
    public int? RetryAfterSeconds { get; }
}
