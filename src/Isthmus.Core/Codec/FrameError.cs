namespace Isthmus.Core.Codec;

/// <summary>Why a frame was refused.</summary>
public enum FrameError
{
    /// <summary>It ends before its content does.</summary>
    Truncated,

    /// <summary>It does not begin with the frame's magic.</summary>
    BadMagic,

    /// <summary>Its version is not known.</summary>
    UnsupportedVersion,

    /// <summary>Its codec id is not known, or not the one asked for.</summary>
    UnknownCodec,

    /// <summary>It holds a tensor of another shape than the plan says.</summary>
    WrongShape,

    /// <summary>A parameter of the quantiser is outside its domain.</summary>
    BadParameters,

    /// <summary>A length contradicts another, or exceeds what the tensor can take.</summary>
    BadLength,

    /// <summary>The code table is no prefix code, or the coded symbols do not decode.</summary>
    BadCode,

    /// <summary>The checksum does not match: the frame was damaged on its way.</summary>
    BadChecksum,
}
