using Isthmus.Core.Errors;

namespace Isthmus.Runtime.Protocol;

/// <summary>A message of the Open Inference Protocol was refused. Nothing of it was used.</summary>
public sealed class ProtocolException : IsthmusException
{
    /// <summary>Creates the error.</summary>
    public ProtocolException(ProtocolError error, string message, Exception? innerException = null)
        : base(ErrorKind.Data, message, innerException)
    {
        Error = error;
    }

    /// <summary>Why the message was refused.</summary>
    public ProtocolError Error { get; }
}
