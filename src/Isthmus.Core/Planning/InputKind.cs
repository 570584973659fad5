namespace Isthmus.Core.Planning;

/// <summary>The form in which an image crosses to the node that runs the first segment.</summary>
public enum InputKind
{
    /// <summary>It does not cross: the first segment runs on the device.</summary>
    Local,

    /// <summary>The file's own bytes, whatever format and size they have.</summary>
    File,

    /// <summary>Cropped and scaled to the model's input, as a JPEG.</summary>
    Jpeg,

    /// <summary>Cropped and scaled to the model's input, as a PNG: lossless.</summary>
    Png,

    /// <summary>The model's input tensor itself, raw.</summary>
    Tensor,

    /// <summary>Cropped and scaled to the model's input, as a lossy WebP.</summary>
    Webp,

    /// <summary>Cropped and scaled to the model's input, in Isthmus's own embedded code: any first part of its bytes is the best picture of that many bytes.</summary>
    Embedded,

    /// <summary>Cropped and scaled to the model's input, as its raw 8-bit pixels: what a camera without a codec sends.</summary>
    Pixels,
}
