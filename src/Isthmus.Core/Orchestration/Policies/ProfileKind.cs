using System.Text.Json.Nodes;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>The kind of <see cref="ProfileLearner"/>, which keeps everything by names.</summary>
public sealed class ProfileKind() : LearnerKind(ProfileLearner.KindName, "what users profiled, corrected by what they measure; never explores")
{
    /// <inheritdoc/>
    public override bool CarriesOver => true;

    /// <inheritdoc/>
    public override ILearner Create(LearnerSetting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return new ProfileLearner(setting.Actions, setting.Goal);
    }

    /// <inheritdoc/>
    public override ILearner Restore(LearnerSetting setting, JsonObject saved)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return ProfileLearner.Restore(setting.Actions, setting.Goal, saved);
    }

    /// <inheritdoc/>
    public override ILearner Carry(LearnerSetting setting, ActionSpace from, JsonObject saved, IReadOnlyDictionary<string, JsonObject> remembered) => Restore(setting, saved);
}
