using System.Text.Json.Serialization;

namespace Isthmus.Core.Statistics;

/// <summary>What re-checks say about an expectation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DriftDirection>))]
public enum DriftDirection
{
    /// <summary>Nothing that chance would not explain.</summary>
    [JsonStringEnumMemberName("none")] None,

    /// <summary>It happens less often than expected.</summary>
    [JsonStringEnumMemberName("below")] Below,

    /// <summary>It happens more often than expected.</summary>
    [JsonStringEnumMemberName("above")] Above,
}
