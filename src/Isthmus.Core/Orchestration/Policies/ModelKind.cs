using System.Text.Json.Nodes;
using Isthmus.Core.Orchestration.Modelling;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>The kind of <see cref="ModelLearner"/> behind a <see cref="GuardRail"/>: the default. It begins with what users profiled.</summary>
public sealed class ModelKind() : LearnerKind("model", "learns what requests take and plans on it; guarded")
{
    private static readonly AccuracyGoal Any = new();

    /// <inheritdoc/>
    public override bool CarriesOver => true;

    /// <inheritdoc/>
    public override ILearner Create(LearnerSetting setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        SystemModel profile = setting.Profile();
        return new GuardRail(new ModelLearner(setting.Actions, setting.Goal, setting.Seed, options: null, profile), setting.Actions, setting.Goal, options: null, profile);
    }

    /// <inheritdoc/>
    public override ILearner Restore(LearnerSetting setting, JsonObject saved)
    {
        ArgumentNullException.ThrowIfNull(setting);
        return Guarded(setting, saved).Guard;
    }

    /// <inheritdoc/>
    public override ILearner Carry(LearnerSetting setting, ActionSpace from, JsonObject saved, IReadOnlyDictionary<string, JsonObject> remembered)
    {
        ArgumentNullException.ThrowIfNull(setting);
        ArgumentNullException.ThrowIfNull(remembered);
        // The goal of now may contradict the users of before: what is learned does not hang on it.
        (GuardRail guard, ModelLearner inner) = Guarded(setting with { Actions = from, Goal = Any }, saved);
        SystemModel profile = setting.Profile();
        JsonObject carried = Written(guard.For(setting.Actions, inner.For(setting.Actions, profile), profile).Save());
        foreach (string user in setting.Actions.Users.Select(u => u.Name).Where(u => from.Users.All(f => f.Name != u)))
        {
            if (remembered.TryGetValue(user, out JsonObject? known)) Recall(carried, known);
        }

        return Restore(setting, carried);
    }

    /// <inheritdoc/>
    public override JsonObject? Remember(JsonObject saved, string user)
    {
        ArgumentNullException.ThrowIfNull(saved);
        if (Model(saved) is not { } model || Group(model, user) is not { } group) return null;
        return new() { ["scale"] = model["scale"]?.DeepClone(), ["shared"] = model["terms"]?.DeepClone(), ["group"] = group.DeepClone() };
    }

    private static (GuardRail Guard, ModelLearner Inner) Guarded(LearnerSetting setting, JsonObject saved)
    {
        SystemModel profile = setting.Profile();
        saved = Written(saved);
        ModelLearner inner = ModelLearner.Restore(setting.Actions, setting.Goal, GuardRail.InnerOf(saved), options: null, profile);
        return (GuardRail.Restore(inner, setting.Actions, setting.Goal, saved, options: null, profile), inner);
    }

    // What is known of a user is known given what is shared (pace of nodes, contention), whatever others have taught of that since: so it fits in again, if it is of the same terms.
    private static void Recall(JsonObject saved, JsonObject known)
    {
        if (Model(saved) is not { } model || known["group"] is not JsonObject group || group["name"] is not JsonValue name || !name.TryGetValue(out string? user)) return;
        if (Group(model, user) is not { } fresh || !Same(known["scale"], model["scale"]) || !Same(known["shared"], model["terms"]) || !Same(group["terms"], fresh["terms"])) return;
        JsonArray users = (JsonArray)model["users"]!;
        users[users.IndexOf(fresh)] = group.DeepClone();
    }

    private static bool Same(JsonNode? a, JsonNode? b) => a is not null && b is not null && string.Equals(a.ToJsonString(), b.ToJsonString(), StringComparison.Ordinal);

    private static JsonObject? Model(JsonObject saved) => (saved["inner"] as JsonObject)?["model"] as JsonObject;

    private static JsonObject? Group(JsonObject model, string user) =>
        (model["users"] as JsonArray)?.OfType<JsonObject>().FirstOrDefault(g => g["name"] is JsonValue v && v.TryGetValue(out string? name) && name == user);
}
