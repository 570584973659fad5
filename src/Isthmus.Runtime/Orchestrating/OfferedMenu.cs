using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Orchestration.Menus;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>A menu as it is registered, and the plans that its actions stand for.</summary>
/// <param name="Registration">What the orchestrator is told.</param>
/// <param name="Plans">The plan of each action.</param>
public sealed record OfferedMenu(UserRegistration Registration, ImmutableArray<Plan> Plans)
{
    /// <summary>Makes it of what the planner found.</summary>
    /// <param name="actions">The actions with their plans; of too many the first.</param>
    /// <param name="nodes">The nodes, in the order in which actions count them.</param>
    /// <param name="minAccuracy">The accuracy, 0…1, below which the user is not served; null for any.</param>
    /// <exception cref="Core.Errors.IsthmusException">The user wants more accuracy than any action has.</exception>
    public static OfferedMenu Of(ImmutableArray<PlannedAction> actions, ImmutableArray<string> nodes, double? minAccuracy)
    {
        PlannedAction[] offered = [.. actions.Take(OrchestrationLimits.MaxActions)];
        HashSet<string> names = new(StringComparer.Ordinal);
        UserRegistration registration = new([.. offered.Select(p => new OfferedAction(
            Unique(p.Action.Name), p.Action.Node < 0 ? null : nodes[p.Action.Node], Rounded(p.Action.DeviceMs), p.Action.Bytes, Rounded(p.Action.NodeMs), p.Action.Accuracy)
        {
            Variant = p.Action.Variant,
            Plan = Json(p.Plan),
        })])
        {
            MinAccuracy = minAccuracy,
        };
        registration.Validate();
        return new(registration, [.. offered.Select(p => p.Plan)]);

        string Unique(string name)
        {
            string shown = name.Length <= OrchestrationLimits.MaxActionName - 4 ? name : name[..(OrchestrationLimits.MaxActionName - 4)];
            string unique = shown;
            for (int i = 2; !names.Add(unique); i++) unique = $"{shown} {i}";
            return unique;
        }
    }

    // A microsecond is less than anybody can measure, and short numbers are easy to read.
    private static double Rounded(double ms) => Math.Round(ms, 3);

    private static JsonElement Json(Plan plan)
    {
        using JsonDocument document = JsonDocument.Parse(PlanFile.Serialize(plan));
        return document.RootElement.Clone();
    }
}
