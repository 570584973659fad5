using System.Text.Json.Serialization;

namespace Isthmus.Lab.Fuzzing;

/// <summary>How it is noticed that a decoder touches memory that is not its own.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GuardKind>))]
public enum GuardKind
{
    /// <summary>Frame and destination end at a page that may not be touched: the first byte too many, read or written, ends the process.</summary>
    Pages,

    /// <summary>
    /// Known bytes lie around them. A write is seen in them; a read is seen if it changes what comes out, because each frame is decoded twice
    /// with other bytes around it.
    /// </summary>
    Poison,
}
