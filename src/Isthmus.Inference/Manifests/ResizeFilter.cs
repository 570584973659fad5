using System.Text.Json.Serialization;

namespace Isthmus.Inference.Manifests;

/// <summary>How a cropped picture is scaled to the input size. Written to JSON in lower case.</summary>
[JsonConverter(typeof(StrictEnumConverter<ResizeFilter>))]
public enum ResizeFilter
{
    /// <summary>Each output pixel is the mean of the input area that it covers, fractions of pixels included.</summary>
    [JsonStringEnumMemberName("area")]
    Area,

    /// <summary>The nearest pixel.</summary>
    [JsonStringEnumMemberName("nearest")]
    Nearest,

    /// <summary>A triangle, widened when the picture shrinks (anti-aliased bilinear).</summary>
    [JsonStringEnumMemberName("linear")]
    Linear,

    /// <summary>Catmull-Rom cubic, widened when the picture shrinks.</summary>
    [JsonStringEnumMemberName("cubic")]
    Cubic,

    /// <summary>Mitchell cubic, widened when the picture shrinks.</summary>
    [JsonStringEnumMemberName("mitchell")]
    Mitchell,

    /// <summary>Lanczos with two lobes, widened when the picture shrinks.</summary>
    [JsonStringEnumMemberName("lanczos2")]
    Lanczos2,

    /// <summary>Lanczos with three lobes, widened when the picture shrinks.</summary>
    [JsonStringEnumMemberName("lanczos3")]
    Lanczos3,
}
