namespace Isthmus.Core.Errors;

/// <summary>What kind of thing went wrong. The value is the exit code of the command line, and is documented in docs/errors.md.</summary>
public enum ErrorKind
{
    /// <summary>A defect of Isthmus itself.</summary>
    Internal = 1,

    /// <summary>The command line, an option or a configuration file is wrong.</summary>
    Usage = 2,

    /// <summary>A file that was named does not exist or cannot be read or written.</summary>
    File = 3,

    /// <summary>A model is damaged, of an unsupported kind, or contains an operator that is not supported.</summary>
    Model = 4,

    /// <summary>An image, a tensor or a frame is damaged or not what the model expects.</summary>
    Data = 5,

    /// <summary>A node cannot be reached, refuses the request, or did not answer before the deadline.</summary>
    Node = 6,

    /// <summary>No plan satisfies the constraints, or a profile does not belong to the model.</summary>
    Planning = 7,

    /// <summary>A result was computed and found wrong: segments that do not equal the whole, a failed check.</summary>
    Verification = 8,

    /// <summary>The user or the caller cancelled.</summary>
    Cancelled = 130,
}
