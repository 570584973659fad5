using System.Text.Json.Serialization;

namespace Isthmus.Core.Planning;

/// <summary>The kind of place a node is, from the user outwards.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Tier>))]
public enum Tier
{
    /// <summary>Where the input arises.</summary>
    [JsonStringEnumMemberName("device")] Device,

    /// <summary>A server near the device.</summary>
    [JsonStringEnumMemberName("edge")] Edge,

    /// <summary>A server far away.</summary>
    [JsonStringEnumMemberName("cloud")] Cloud,
}
