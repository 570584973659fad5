namespace Isthmus.Lab.Fuzzing;

/// <summary>What was done to a frame before it was given to a decoder.</summary>
public enum FrameMutation
{
    /// <summary>One to eight bits were flipped.</summary>
    FlipBits,

    /// <summary>One to eight bytes were replaced by random ones.</summary>
    ReplaceBytes,

    /// <summary>A run of bytes was replaced by random ones.</summary>
    Burst,

    /// <summary>A run of bytes was set to one value.</summary>
    Repeat,

    /// <summary>It was cut off.</summary>
    Truncate,

    /// <summary>Bytes were appended.</summary>
    Extend,

    /// <summary>Bytes were taken out of its middle.</summary>
    Delete,

    /// <summary>Bytes were put into its middle.</summary>
    Insert,

    /// <summary>An integer was set to one at the edge of its domain: 0, −1, the number of elements, one more, 2³¹.</summary>
    EdgeInteger,

    /// <summary>A float was set to NaN, infinity, a denormal or another one at the edge of its domain.</summary>
    EdgeFloat,

    /// <summary>A length, a dimension or a count claims to be huge: a decompression bomb.</summary>
    Bomb,

    /// <summary>The payload is tiny, and the plan expects the largest tensor.</summary>
    TinyPayload,

    /// <summary>The rest of another frame, perhaps of another codec, follows its beginning.</summary>
    Splice,

    /// <summary>The header names another codec, parameter or version.</summary>
    OtherCodec,

    /// <summary>The header has another shape.</summary>
    OtherShape,

    /// <summary>The plan expects another shape than the frame's.</summary>
    WrongPlanShape,

    /// <summary>The plan expects another codec than the frame's.</summary>
    WrongPlanCodec,

    /// <summary>The plan names trained tables that somebody made up; only where the decoder has tables.</summary>
    HostileTables,

    /// <summary>The payload is noise.</summary>
    NoisePayload,

    /// <summary>All of it is noise.</summary>
    Noise,
}
