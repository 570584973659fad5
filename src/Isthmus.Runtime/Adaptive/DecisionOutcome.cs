using System.Text.Json.Serialization;

namespace Isthmus.Runtime.Adaptive;

/// <summary>What became of a decision.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DecisionOutcome>))]
public enum DecisionOutcome
{
    /// <summary>The first plan.</summary>
    [JsonStringEnumMemberName("started")] Started,

    /// <summary>The plan is still the best, or no other is better by enough.</summary>
    [JsonStringEnumMemberName("kept")] Kept,

    /// <summary>Another is better by enough, but not for long enough yet.</summary>
    [JsonStringEnumMemberName("waiting")] Waiting,

    /// <summary>Another plan was chosen because it is better.</summary>
    [JsonStringEnumMemberName("switched")] Switched,

    /// <summary>The same plan goes on with more or less of the picture: nothing has to be loaded for it, so it is done at once, and is no switch.</summary>
    [JsonStringEnumMemberName("adjusted")] Adjusted,

    /// <summary>Another plan was chosen because the present one is impossible: a node failed, or a constraint is broken.</summary>
    [JsonStringEnumMemberName("forced")] Forced,

    /// <summary>No plan satisfies the constraints now; the present one stays.</summary>
    [JsonStringEnumMemberName("stuck")] Stuck,
}
