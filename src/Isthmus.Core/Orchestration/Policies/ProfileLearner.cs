using System.Text.Json.Nodes;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Policies;

/// <summary>
/// The plain one: believes what users measured before (their menus), corrected by how much longer or shorter each action took when it was used, and decides by a local search over who
/// does what. It never explores, needs no step to be useful, and is a baseline for those that learn. Whatever it learned is kept by names, also of users who are gone.
/// </summary>
public sealed class ProfileLearner : ILearner
{
    /// <summary>What it is called.</summary>
    public const string KindName = "profile";

    private const double Newest = 0.2;
    private const double MostRatio = 1000;
    private const int MaxRemembered = 20_000;
    private const int Rounds = 20;

    private readonly ActionSpace _actions;
    private readonly AccuracyGoal _goal;
    private readonly SystemModel _model;
    private readonly Dictionary<(string User, string Action), double> _ratios = [];
    private readonly double[][] _ratio;
    private readonly double[][] _alone;
    private readonly double[][] _served;
    private readonly int[] _counts;

    /// <summary>Creates the learner.</summary>
    /// <param name="actions">What users may do.</param>
    /// <param name="goal">What accuracy is wanted.</param>
    /// <exception cref="IsthmusException">The actions make no sense.</exception>
    public ProfileLearner(ActionSpace actions, AccuracyGoal goal)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(goal);
        actions.Validate();
        _actions = actions;
        _goal = goal;
        _model = new(actions, [.. actions.Nodes.Select(_ => ContentionCurve.TakingTurns(1))]);
        _ratio = [.. actions.Users.Select(u => Enumerable.Repeat(1.0, u.Actions.Length).ToArray())];
        _alone = [.. actions.Users.Select(u => new double[u.Actions.Length])];
        _served = [.. actions.Users.Select(u => new double[u.Actions.Length])];
        _counts = new int[actions.Nodes.Length];
    }

    /// <inheritdoc/>
    public string Name => KindName;

    /// <summary>Makes one that knows what another saved, as far as it is of these users and actions; the rest is kept for those who come back.</summary>
    /// <exception cref="IsthmusException">It is not what such a learner saves.</exception>
    public static ProfileLearner Restore(ActionSpace actions, AccuracyGoal goal, JsonObject saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        ProfileLearner learner = new(actions, goal);
        if (saved["ratios"] is not JsonObject users) throw new IsthmusException(ErrorKind.Data, "What the learner 'profile' saved has no ratios.");
        foreach ((string user, JsonNode? known) in users)
        {
            if (known is not JsonObject ratios) throw new IsthmusException(ErrorKind.Data, $"The ratios of '{user}' are no object.");
            foreach ((string action, JsonNode? value) in ratios)
            {
                if (value is not JsonValue number || !number.TryGetValue(out double ratio) || !(ratio is >= 1 / MostRatio and <= MostRatio))
                    throw new IsthmusException(ErrorKind.Data, $"The ratio of '{user}' and '{action}' is no number from {1 / MostRatio} to {MostRatio}.");
                if (learner._ratios.Count < MaxRemembered) learner._ratios[(user, action)] = ratio;
            }
        }

        for (int u = 0; u < actions.Users.Length; u++)
        {
            for (int a = 0; a < actions.Users[u].Actions.Length; a++)
                learner._ratio[u][a] = learner._ratios.GetValueOrDefault((actions.Users[u].Name, actions.Users[u].Actions[a].Name), 1);
        }

        return learner;
    }

    /// <inheritdoc/>
    public void Choose(SystemState state, Span<int> choices) => ChooseBest(state, choices);

    /// <inheritdoc/>
    public void ChooseBest(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        for (int u = 0; u < _alone.Length; u++)
        {
            for (int a = 0; a < _alone[u].Length; a++)
            {
                double alone = _model.ExpectedMs(state, u, a, 1) * _ratio[u][a];
                int node = _actions.Users[u].Actions[a].Node;
                _alone[u][a] = alone;
                // What each further user of the node adds.
                _served[u][a] = node < 0 ? 0 : (_model.ExpectedMs(state, u, a, 2) * _ratio[u][a]) - alone;
            }
        }

        // The price of accuracy at which enough of it is bought: doubled until it is, then halved in between.
        Search(choices, _goal.MsPerMissing is { } soft && _goal.MinMean is not null ? soft : 0);
        if (_goal.MinMean is not { } wanted || _goal.MsPerMissing is not null || _actions.MeanAccuracy(choices) >= wanted - JointProblem.Tolerance) return;
        double low = 0, high = 100;
        for (int i = 0; i < 24 && !Keeps(choices, high, wanted); i++) (low, high) = (high, high * 2);
        for (int i = 0; i < 12; i++)
        {
            double middle = (low + high) / 2;
            if (Keeps(choices, middle, wanted)) high = middle;
            else low = middle;
        }

        Search(choices, high);
    }

    /// <inheritdoc/>
    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after)
    {
        ArgumentNullException.ThrowIfNull(before);
        _actions.Count(choices, _counts);
        for (int u = 0; u < choices.Length; u++)
        {
            if (!double.IsFinite(responseMs[u])) continue;
            UserAction action = _actions.Users[u].Actions[choices[u]];
            double expected = _model.ExpectedMs(before, u, choices[u], action.Node < 0 ? 1 : _counts[action.Node]);
            if (!(expected > 0)) continue;
            double measured = Math.Clamp(responseMs[u] / expected, 1 / MostRatio, MostRatio), known = _ratio[u][choices[u]];
            // Ratios are multiplied, so their logarithms are averaged.
            double ratio = Math.Exp(((1 - Newest) * Math.Log(known)) + (Newest * Math.Log(measured)));
            _ratio[u][choices[u]] = ratio;
            if (_ratios.Count < MaxRemembered || _ratios.ContainsKey((_actions.Users[u].Name, action.Name))) _ratios[(_actions.Users[u].Name, action.Name)] = ratio;
        }
    }

    /// <inheritdoc/>
    public JsonObject Save()
    {
        JsonObject users = [];
        foreach (IGrouping<string, KeyValuePair<(string User, string Action), double>> user in _ratios.GroupBy(r => r.Key.User, StringComparer.Ordinal))
            users[user.Key] = new JsonObject(user.Select(r => KeyValuePair.Create(r.Key.Action, (JsonNode?)r.Value)));
        return new() { ["ratios"] = users };
    }

    private bool Keeps(Span<int> choices, double price, double wanted)
    {
        Search(choices, price);
        return _actions.MeanAccuracy(choices) >= wanted - JointProblem.Tolerance;
    }

    // Each in turn takes what is best for all, until nobody changes: no answer is better by one user's change.
    private void Search(Span<int> choices, double price)
    {
        Array.Clear(_counts);
        double[] added = new double[_counts.Length];
        choices.Fill(-1);
        for (int round = 0; round < Rounds; round++)
        {
            bool changed = false;
            for (int u = 0; u < choices.Length; u++)
            {
                UserMenu menu = _actions.Users[u];
                int before = choices[u];
                Move(u, before, -1, added);
                int best = -1;
                double least = double.PositiveInfinity;
                for (int a = 0; a < menu.Actions.Length; a++)
                {
                    UserAction action = menu.Actions[a];
                    if (action.Accuracy < (menu.MinAccuracy ?? 0) - JointProblem.Tolerance) continue;
                    double ms = _alone[u][a] - (price * action.Accuracy);
                    // Every user of the node waits for every other: what the others do to me, and I to them.
                    if (action.Node >= 0) ms += (_counts[action.Node] * _served[u][a]) + added[action.Node];
                    if (ms < least - (a == before ? 0 : 1e-9)) (best, least) = (a, ms);
                }

                // Whom nothing serves gets what is most accurate.
                if (best < 0) best = MostAccurate(menu);
                choices[u] = best;
                Move(u, best, +1, added);
                changed |= best != before;
            }

            if (!changed) return;
        }
    }

    private void Move(int user, int action, int sign, double[] added)
    {
        if (action < 0 || _actions.Users[user].Actions[action].Node is not (>= 0 and var node)) return;
        _counts[node] += sign;
        added[node] += sign * _served[user][action];
    }

    private static int MostAccurate(UserMenu menu)
    {
        int best = 0;
        for (int a = 1; a < menu.Actions.Length; a++)
        {
            if (menu.Actions[a].Accuracy > menu.Actions[best].Accuracy) best = a;
        }

        return best;
    }
}
