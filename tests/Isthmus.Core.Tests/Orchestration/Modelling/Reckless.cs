using System.Text.Json.Nodes;
using Isthmus.Core.Orchestration;

namespace Isthmus.Core.Tests.Orchestration.Modelling;

/// <summary>A learner that proposes anything at all.</summary>
internal sealed class Reckless(ActionSpace actions, int seed) : ILearner
{
    private readonly Random _random = new(seed);

    public string Name => "reckless";

    public void Choose(SystemState state, Span<int> choices)
    {
        for (int u = 0; u < choices.Length; u++) choices[u] = _random.Next(actions.Users[u].Actions.Length);
    }

    public void ChooseBest(SystemState state, Span<int> choices)
    {
        for (int u = 0; u < choices.Length; u++) choices[u] = (7 * u) % actions.Users[u].Actions.Length;
    }

    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after)
    {
    }

    public JsonObject Save() => new() { ["kind"] = Name };
}
