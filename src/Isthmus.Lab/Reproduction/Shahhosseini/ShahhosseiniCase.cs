using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>A case: so many users, links as in a scenario, and a threshold.</summary>
/// <param name="World">The name of the world.</param>
/// <param name="Users">The number of users.</param>
/// <param name="Scenario">The scenario's letter.</param>
/// <param name="Threshold">The threshold's name.</param>
internal sealed record ShahhosseiniCase(string World, int Users, string Scenario, string Threshold)
{
    /// <summary>The methods' names, as outcomes have them.</summary>
    public const string DeviceOnly = "device-only", EdgeOnly = "edge-only", CloudOnly = "cloud-only", NoModelSelection = "no model selection", NoOffloading = "no offloading", Optimum = "optimum",
        Everywhere = "optimum, every variant everywhere";

    /// <summary>What each method reaches; learners after the others.</summary>
    public required ImmutableArray<ShahhosseiniOutcome> Outcomes { get; init; }

    /// <summary>The outcome of a method; null if it was not tried here.</summary>
    public ShahhosseiniOutcome? Of(string method) => Outcomes.FirstOrDefault(o => o.Method == method);

    /// <summary>The methods that need no learning, and the optimum.</summary>
    public static ShahhosseiniCase Of(ShahhosseiniWorld world, int users, ShahhosseiniScenario scenario, string threshold, AccuracyGoal goal)
    {
        SystemState state = world.State(users, scenario);
        return new(world.Name, users, scenario.Name, threshold)
        {
            Outcomes =
            [
                Fixed(DeviceOnly, UserAction.Own), Fixed(EdgeOnly, 0), Fixed(CloudOnly, 1),
                Solved(NoModelSelection, ActionLimits.Placement), Solved(NoOffloading, ActionLimits.Models), Solved(Optimum, ActionLimits.Paper), Solved(Everywhere, ActionLimits.Everywhere),
            ],
        };

        // The most accurate variant for everybody, at the same place.
        ShahhosseiniOutcome Fixed(string method, int node)
        {
            SystemModel model = world.Model(users, ActionLimits.Placement);
            int action = model.Actions.Users[0].Actions.ToList().FindIndex(a => a.Node == node);
            return Outcome(method, model, state, [.. Enumerable.Repeat(action, users)]);
        }

        ShahhosseiniOutcome Solved(string method, ActionLimits limits)
        {
            SystemModel model = world.Model(users, limits);
            return CountingSearch.Solve(model.Problem(state, goal)) is { } decision ? Outcome(method, model, state, decision.Choices.AsSpan()) : new(method, null, null, null, "nothing keeps the threshold");
        }
    }

    /// <summary>What comes of a joint action.</summary>
    public static ShahhosseiniOutcome Outcome(string method, SystemModel model, SystemState state, ReadOnlySpan<int> choices)
    {
        Span<int> counts = stackalloc int[model.Actions.Nodes.Length];
        model.Actions.Count(choices, counts);
        double sum = 0, worst = 0;
        List<string> names = [];
        for (int u = 0; u < choices.Length; u++)
        {
            UserAction action = model.Actions.Users[u].Actions[choices[u]];
            double ms = model.ExpectedMs(state, u, choices[u], action.Node < 0 ? 1 : counts[action.Node]);
            sum += ms;
            worst = Math.Max(worst, ms);
            names.Add(action.Name);
        }

        string decision = string.Join(", ", names.GroupBy(n => n).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} × {g.Key}"));
        return new(method, sum / choices.Length, model.Actions.MeanAccuracy(choices), worst, decision);
    }
}
