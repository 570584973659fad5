using System.Text.Json.Nodes;
using Isthmus.Core.Orchestration.Modelling;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>A learner behind a <see cref="GuardRail"/>. What it learned counts in its own action space; of others only what the guard learned of response times goes on.</summary>
/// <param name="name">What it is called.</param>
/// <param name="summary">What it does, in a few words.</param>
/// <param name="create">Makes the learner alone.</param>
/// <param name="restore">Restores the learner alone.</param>
/// <param name="maxJointActions">The most joint actions that it can learn in.</param>
/// <param name="needsEveryUser">Whether it learns only from steps in which every user sent a request.</param>
public sealed class GuardedKind(
    string name, string summary, Func<LearnerSetting, ILearner> create, Func<LearnerSetting, JsonObject, ILearner> restore, double maxJointActions, bool needsEveryUser) : LearnerKind(name, summary + "; guarded")
{
    private static readonly AccuracyGoal Any = new();

    /// <inheritdoc/>
    public override double MaxJointActions => maxJointActions;

    /// <inheritdoc/>
    public override bool NeedsEveryUser => needsEveryUser;

    /// <inheritdoc/>
    public override ILearner Create(LearnerSetting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return new GuardRail(create(setting), setting.Actions, setting.Goal, options: null, setting.Profile());
    }

    /// <inheritdoc/>
    public override ILearner Restore(LearnerSetting setting, JsonObject saved)
    {
        ArgumentNullException.ThrowIfNull(setting);
        saved = Written(saved);
        return GuardRail.Restore(restore(setting, GuardRail.InnerOf(saved)), setting.Actions, setting.Goal, saved, options: null, setting.Profile());
    }

    /// <inheritdoc/>
    public override ILearner Carry(LearnerSetting setting, ActionSpace from, JsonObject saved, IReadOnlyDictionary<string, JsonObject> remembered)
    {
        ArgumentNullException.ThrowIfNull(setting);
        saved = Written(saved);
        LearnerSetting before = setting with { Actions = from, Goal = Any };
        GuardRail old = GuardRail.Restore(restore(before, GuardRail.InnerOf(saved)), from, Any, saved, options: null, before.Profile());
        return Restore(setting, old.For(setting.Actions, create(setting with { Goal = Any }), setting.Profile()).Save());
    }
}
