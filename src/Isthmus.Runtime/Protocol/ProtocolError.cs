namespace Isthmus.Runtime.Protocol;

/// <summary>Why a message of the Open Inference Protocol was refused.</summary>
public enum ProtocolError
{
    /// <summary>The header's length is no number, zero, or beyond the limit.</summary>
    BadHeaderLength,

    /// <summary>The JSON part is no JSON, or nested too deeply.</summary>
    BadJson,

    /// <summary>A required member is absent or of the wrong kind.</summary>
    BadMember,

    /// <summary>The datatype is none that is supported.</summary>
    UnknownDatatype,

    /// <summary>The shape is none, or too large.</summary>
    BadShape,

    /// <summary>The number of bytes or elements contradicts shape and datatype.</summary>
    BadSize,

    /// <summary>An element is not of the datatype.</summary>
    BadElement,

    /// <summary>The message is larger than the limits allow.</summary>
    TooLarge,

    /// <summary>The body ends before its content does.</summary>
    Truncated,

    /// <summary>The body goes on after its content.</summary>
    TrailingBytes,

    /// <summary>Of content that may end early, too little came in time.</summary>
    TooLate,

    /// <summary>A tensor's values cannot be written as JSON: they are not finite.</summary>
    NotJson,
}
