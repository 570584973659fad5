namespace Isthmus.Bench.Inputs;

/// <summary>Forms that one would choose among by how many bytes there are.</summary>
public enum InputFamily
{
    /// <summary>A part of a progressive JPEG of quality 75 or 50, whichever is better.</summary>
    JpegPart,

    /// <summary>A JPEG of lower quality.</summary>
    JpegQuality,

    /// <summary>A smaller JPEG, scaled up again.</summary>
    JpegScale,

    /// <summary>A WebP of lower quality.</summary>
    Webp,

    /// <summary>A part of the embedded code.</summary>
    Embedded,
}
