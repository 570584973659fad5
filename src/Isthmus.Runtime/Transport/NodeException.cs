using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Transport;

/// <summary>A node gave no answer. The message names the node and the way out.</summary>
public sealed class NodeException : IsthmusException
{
    /// <summary>Creates the error.</summary>
    /// <param name="failure">Why.</param>
    /// <param name="url">Which node.</param>
    /// <param name="message">One sentence: what is wrong, and the way out.</param>
    /// <param name="innerException">The cause, if another exception was it.</param>
    public NodeException(NodeFailure failure, Uri url, string message, Exception? innerException = null)
        : base(ErrorKind.Node, message, innerException)
    {
        Failure = failure;
        Url = url;
    }

    /// <summary>Why the node gave no answer.</summary>
    public NodeFailure Failure { get; }

    /// <summary>The node's address.</summary>
    public Uri Url { get; }
}
