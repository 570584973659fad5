using System.Text.Json.Serialization;

namespace Isthmus.Inference.Manifests;

/// <summary>The order in which a network takes the colours of a picture. Written to JSON as "RGB", "BGR" or "GREY".</summary>
[JsonConverter(typeof(StrictEnumConverter<ChannelOrder>))]
public enum ChannelOrder
{
    /// <summary>Red, green, blue: most networks.</summary>
    [JsonStringEnumMemberName("RGB")]
    Rgb,

    /// <summary>Blue, green, red: networks trained with Caffe or OpenCV.</summary>
    [JsonStringEnumMemberName("BGR")]
    Bgr,

    /// <summary>One channel, the brightness.</summary>
    [JsonStringEnumMemberName("GREY")]
    Grey,
}
