using System.Text.Json.Serialization;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>What a user is to do with the next request.</summary>
/// <param name="Menu">The menu that is meant.</param>
/// <param name="Action">The position of the action; null if the node is overloaded and the menu has no safe action: do what you hold safe.</param>
/// <param name="Why">Why, in a few words.</param>
public sealed record PlanAdvice(string Menu, int? Action, string Why)
{
    /// <summary>The version of the action space in which it was decided.</summary>
    public long Version { get; init; }

    /// <summary>The number of the decision; it rises.</summary>
    public long Decision { get; init; }

    /// <summary>Whether the request was to use an overloaded node and takes the safe action instead.</summary>
    public bool Shed { get; init; }

    /// <summary>How long it is good for further requests, in milliseconds.</summary>
    public double ValidMs { get; init; }

    /// <summary>Which wishes contradict each other; null if none do.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Conflict { get; init; }
}
