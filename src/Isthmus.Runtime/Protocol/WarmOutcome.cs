using System.Text.Json.Serialization;

namespace Isthmus.Runtime.Protocol;

/// <summary>What became of the wish to have a segment ready before it is needed.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<WarmOutcome>))]
public enum WarmOutcome
{
    /// <summary>It was loaded already.</summary>
    [JsonStringEnumMemberName("ready")] Ready,

    /// <summary>It was loaded now.</summary>
    [JsonStringEnumMemberName("loaded")] Loaded,

    /// <summary>There is no room or no time for it now; it may be asked again.</summary>
    [JsonStringEnumMemberName("declined")] Declined,
}
