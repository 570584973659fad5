using System.Text.Json.Nodes;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>A kind of learner that an orchestrator can run. Immutable.</summary>
/// <param name="name">What it is called.</param>
/// <param name="summary">What it does, in a few words.</param>
public abstract class LearnerKind(string name, string summary)
{
    /// <summary>What it is called.</summary>
    public string Name => name;

    /// <summary>What it does, in a few words.</summary>
    public string Summary => summary;

    /// <summary>The most joint actions that it can learn in; infinite if they do not matter.</summary>
    public virtual double MaxJointActions => double.PositiveInfinity;

    /// <summary>Whether it learns from steps in which every user sent a request, and nothing from others; otherwise NaN says that nothing is known of a user.</summary>
    public virtual bool NeedsEveryUser => false;

    /// <summary>Whether all that it knows of users who stay goes on in another action space.</summary>
    public virtual bool CarriesOver => false;

    /// <summary>Makes one that knows nothing but the setting.</summary>
    /// <exception cref="Errors.IsthmusException">It cannot learn there.</exception>
    public abstract ILearner Create(LearnerSetting setting);

    /// <summary>Makes one from what another of its kind saved in the same action space.</summary>
    /// <exception cref="Errors.IsthmusException">It is damaged, or was saved for something else.</exception>
    public abstract ILearner Restore(LearnerSetting setting, JsonObject saved);

    /// <summary>Makes one for users and nodes that came or went: what is known of those who stay is kept, as far as the kind can.</summary>
    /// <param name="setting">The new setting.</param>
    /// <param name="from">The action space before.</param>
    /// <param name="saved">What was saved in it.</param>
    /// <param name="remembered">What <see cref="Remember"/> kept of users who left before, by their names.</param>
    /// <exception cref="Errors.IsthmusException">It is damaged, or was saved for something else.</exception>
    public virtual ILearner Carry(LearnerSetting setting, ActionSpace from, JsonObject saved, IReadOnlyDictionary<string, JsonObject> remembered) => Create(setting);

    /// <summary>What is worth keeping of a user who leaves; null if nothing is.</summary>
    /// <param name="saved">What was saved while the user was there.</param>
    /// <param name="user">The user's name.</param>
    public virtual JsonObject? Remember(JsonObject saved, string user) => null;

    /// <summary>What was saved as it is after it was written and read: learners read files, where numbers have no type.</summary>
    protected static JsonObject Written(JsonObject saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        return (JsonObject)JsonNode.Parse(saved.ToJsonString(), documentOptions: new() { MaxDepth = 64 })!;
    }
}
