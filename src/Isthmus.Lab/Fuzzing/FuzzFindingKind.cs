using System.Text.Json.Serialization;

namespace Isthmus.Lab.Fuzzing;

/// <summary>What a decoder did that it must not.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FuzzFindingKind>))]
public enum FuzzFindingKind
{
    /// <summary>It threw something other than a FrameException.</summary>
    Crash,

    /// <summary>The process ended: memory that is not its own was touched, or the stack ran over.</summary>
    ProcessDied,

    /// <summary>It wrote before or behind its destination, or into the frame.</summary>
    Overwrite,

    /// <summary>What came out depends on bytes outside of the frame.</summary>
    Overread,

    /// <summary>What came out depends on what the destination held before: some of it was not written.</summary>
    Leftover,

    /// <summary>It allocated more than the plan's tensor justifies.</summary>
    Memory,

    /// <summary>It took longer than the limit.</summary>
    Time,

    /// <summary>It did not come back.</summary>
    Hang,

    /// <summary>It refused a good frame.</summary>
    GoodFrameRefused,
}
