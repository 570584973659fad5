using System.Collections.Immutable;

namespace Isthmus.Lab.Fuzzing;

/// <summary>Where inputs come from. Thread-safe; the same number gives the same input.</summary>
internal interface IFuzzSource
{
    /// <summary>The decoders, as reports name them.</summary>
    ImmutableArray<string> Names { get; }

    /// <summary>Bytes that an input needs at most.</summary>
    int MaxFrameBytes { get; }

    /// <summary>Values that an expected tensor has at most.</summary>
    int MaxElements { get; }

    /// <summary>Makes an input.</summary>
    void Make(long index, FuzzInput input);
}
