using System.Text.Json.Serialization;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>What a stage of a plan is spent on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StageKind>))]
public enum StageKind
{
    /// <summary>Running segments of the network.</summary>
    [JsonStringEnumMemberName("computing")] Computing,

    /// <summary>Crossing links, there and back.</summary>
    [JsonStringEnumMemberName("sending")] Sending,

    /// <summary>Pictures and tensors to bytes, and bytes to tensors.</summary>
    [JsonStringEnumMemberName("coding")] Coding,

    /// <summary>Queues, and requests beyond all else.</summary>
    [JsonStringEnumMemberName("waiting")] Waiting,
}
