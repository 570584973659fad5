using System.Text.Json.Serialization;

namespace Isthmus.Inference.Manifests;

/// <summary>The order of the dimensions of a network's input. Written to JSON as "NCHW" or "NHWC".</summary>
[JsonConverter(typeof(StrictEnumConverter<TensorLayout>))]
public enum TensorLayout
{
    /// <summary>Batch, channel, row, column: planes of one colour each.</summary>
    [JsonStringEnumMemberName("NCHW")]
    Nchw,

    /// <summary>Batch, row, column, channel: whole pixels one after another.</summary>
    [JsonStringEnumMemberName("NHWC")]
    Nhwc,
}
