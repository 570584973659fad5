using Isthmus.Core.Errors;

namespace Isthmus.Core.Codec;

/// <summary>A frame was refused. Nothing of it was used.</summary>
public sealed class FrameException : IsthmusException
{
    /// <summary>Creates the error.</summary>
    public FrameException(FrameError error, string message)
        : base(ErrorKind.Data, message)
    {
        Error = error;
    }

    /// <summary>Why the frame was refused.</summary>
    public FrameError Error { get; }
}
