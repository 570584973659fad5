using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>
/// Stands between any learner and live users. Every user has a safe action: all together they are the fastest predicted joint action on the users' own devices that keeps the goal (a user
/// without one: on a node, as if all were there). What a learner proposes for a user goes through only if, with everybody's final place counted, its predicted time with caution added is
/// at most (1 + bound) × the safe action's; else the user gets the safe action. Exploring is paid from a budget of each user.
/// </summary>
/// <remarks>
/// An action of which too little is known may go through now and then (<see cref="GuardRailOptions.UnprovenShare"/>), but never one whose expected time is above the bound; but for the first
/// request to a node of which no profile tells and from which nobody has heard, since nothing is expected of that: one user tries it, for one of these. Replacing
/// is done one user per node at a time, the worst first, until nothing is out of bound; then, if the mean accuracy misses a hard goal, more users get their safe actions. Not thread-safe.
/// </remarks>
public sealed class GuardRail : ILearner
{
    private readonly JointTable _own = new();
    private JointTable _table;
    private readonly JointTable _safeTable = new();
    private readonly FastSearch _fast = new();
    private readonly bool _feeds;
    private readonly int[] _safe;
    private readonly double[] _safeMs;
    private readonly int[] _best;
    private readonly int[] _counts;
    private readonly bool[] _isSafe;
    private readonly double[] _unproven;
    private readonly double[] _budget;
    private readonly int[] _worst;
    private readonly double[] _worstBy;

    // Of each node the responses that came from there: until the first, and without a profile, nothing predicts what it takes.
    private readonly double[] _responses;

    /// <summary>Guards a learner.</summary>
    /// <param name="inner">The learner; the own model of a <see cref="ModelLearner"/> predicts, any other gets a model beside it, which learns along.</param>
    /// <param name="actions">What users may do.</param>
    /// <param name="goal">What accuracy is wanted.</param>
    /// <param name="options">What is let through.</param>
    /// <param name="profile">What was measured, for that model; null for only the structure.</param>
    /// <exception cref="IsthmusException">Something makes no sense, or the wishes contradict each other (<see cref="ErrorKind.Planning"/>).</exception>
    public GuardRail(ILearner inner, ActionSpace actions, AccuracyGoal goal, GuardRailOptions? options = null, SystemModel? profile = null)
        : this(inner, actions, goal, options, inner is ModelLearner learner ? learner.Model : new(actions, profile, options?.Latency))
    {
        Array.Fill(_unproven, Options.UnprovenShare > 0 ? 1 : 0);
        Array.Fill(_budget, Options.ExplorationRequests);
    }

    private GuardRail(ILearner inner, ActionSpace actions, AccuracyGoal goal, GuardRailOptions? options, LatencyModel model)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentNullException.ThrowIfNull(goal);
        Options = options ?? new();
        Options.Validate();
        Contradictions.Refuse(actions, goal);
        if (!ReferenceEquals(model.Actions, actions) && !(model.Actions.Users.SequenceEqual(actions.Users) && model.Actions.Nodes.SequenceEqual(actions.Nodes)))
        {
            throw new IsthmusException(ErrorKind.Usage, "The learner to be guarded is of other users or actions.");
        }

        _table = _own;
        Inner = inner;
        Actions = actions;
        Goal = goal;
        Model = model;
        _feeds = inner is not ModelLearner;
        int users = actions.Users.Length;
        (_safe, _best, _isSafe) = (new int[users], new int[users], new bool[users]);
        (_safeMs, _unproven, _budget) = (new double[users], new double[users], new double[users]);
        _counts = new int[actions.Nodes.Length];
        (_worst, _worstBy, _responses) = (new int[actions.Nodes.Length], new double[actions.Nodes.Length], new double[actions.Nodes.Length]);
    }

    /// <inheritdoc/>
    public string Name => $"guarded {Inner.Name}";

    /// <summary>The learner.</summary>
    public ILearner Inner { get; }

    /// <summary>What users may do.</summary>
    public ActionSpace Actions { get; }

    /// <summary>What accuracy is wanted.</summary>
    public AccuracyGoal Goal { get; }

    /// <summary>What is let through.</summary>
    public GuardRailOptions Options { get; }

    /// <summary>What predicts.</summary>
    public LatencyModel Model { get; }

    /// <summary>What it did.</summary>
    public GuardRailCounts Counts { get; private set; }

    /// <summary>The safe actions of the last decision.</summary>
    public ImmutableArray<int> Safe => [.. _safe];

    /// <inheritdoc/>
    public void Choose(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        Inner.Choose(state, choices);
        if (Inner is ModelLearner learner)
        {
            learner.AtChoice.Best.CopyTo(_best, 0);
            Prepare(learner.AtChoice.Expected);
        }
        else
        {
            Inner.ChooseBest(state, _best);
            Prepare(state);
        }

        int users = Actions.Users.Length;
        long outOfBound = 0, overBudget = 0, forAccuracy = 0, unproven = 0, explored = 0;
        for (int u = 0; u < users; u++)
        {
            _unproven[u] = Math.Min(_unproven[u] + Options.UnprovenShare, Options.UnprovenShare > 0 ? 1e9 : 0);
            _budget[u] += Options.ExplorationShare;
        }

        // Exploring that must not be gives way to what the learner holds to be best, not at once to the safe action.
        for (int u = 0; u < users; u++)
        {
            if (choices[u] == _best[u] || choices[u] == _safe[u]) continue;
            bool over = Cost(choices, u) > _budget[u];
            if (!over && !Breaks(state, u, choices[u], tokens: true)) continue;
            choices[u] = _best[u];
            if (over) overBudget++;
            else outOfBound++;
        }

        Hold(state, choices, tokens: true, ref outOfBound, ref forAccuracy);
        Actions.Count(choices, _counts);
        for (int u = 0; u < users; u++)
        {
            if (_isSafe[u]) continue;
            if (choices[u] != _best[u])
            {
                explored++;

                // Others may have been moved meanwhile; what is left is never below nothing.
                _budget[u] = Math.Max(0, _budget[u] - Cost(choices, u));
            }

            if (IsUnknown(u, choices[u]) || Cautious(state, u, choices[u]) > Limit(u))
            {
                unproven++;
                _unproven[u] = Math.Max(0, _unproven[u] - 1);
            }
        }

        GuardRailCounts c = Counts;
        Counts = new(c.Requests + users, c.OutOfBound + outOfBound, c.OverBudget + overBudget, c.ForAccuracy + forAccuracy, c.Unproven + unproven, c.Explored + explored);
    }

    /// <inheritdoc/>
    public void ChooseBest(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        Inner.ChooseBest(state, choices);
        Prepare(state);
        long held = 0;
        Hold(state, choices, tokens: false, ref held, ref held);
    }

    /// <summary>The safe joint action as users and nodes are, and as far as is known now.</summary>
    /// <param name="state">How users and nodes are.</param>
    public ImmutableArray<int> SafeAt(SystemState state)
    {
        ArgumentNullException.ThrowIfNull(state);
        Prepare(state);
        return [.. _safe];
    }

    /// <inheritdoc/>
    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after)
    {
        if (_feeds) Model.Learn(before, choices, responseMs);
        Inner.Learn(before, choices, responseMs, after);
        for (int u = 0; u < choices.Length; u++)
        {
            int node = Actions.Users[u].Actions[choices[u]].Node;
            if (node >= 0 && double.IsFinite(responseMs[u])) _responses[node]++;
        }
    }

    /// <summary>The guard for users and nodes that came or went, around the learner for those; budgets of those who stay are kept, by name.</summary>
    /// <param name="changed">The new actions.</param>
    /// <param name="inner">The learner for them.</param>
    /// <param name="profile">Their profile, if there was one.</param>
    public GuardRail For(ActionSpace changed, ILearner inner, SystemModel? profile = null)
    {
        ArgumentNullException.ThrowIfNull(changed);
        GuardRail other = new(inner, changed, Goal, Options, inner is ModelLearner learner ? learner.Model : Model.For(changed, profile)) { Counts = Counts };
        for (int u = 0; u < changed.Users.Length; u++)
        {
            int from = -1;
            for (int v = 0; v < Actions.Users.Length && from < 0; v++)
            {
                if (Actions.Users[v].Name == changed.Users[u].Name) from = v;
            }

            other._unproven[u] = from >= 0 ? _unproven[from] : Options.UnprovenShare > 0 ? 1 : 0;
            other._budget[u] = from >= 0 ? _budget[from] : Options.ExplorationRequests;
        }

        for (int n = 0; n < changed.Nodes.Length; n++)
        {
            if (Actions.Nodes.IndexOf(changed.Nodes[n]) is >= 0 and int from) other._responses[n] = _responses[from];
        }

        return other;
    }

    /// <inheritdoc/>
    public JsonObject Save() => new()
    {
        ["kind"] = "guard",
        ["version"] = 1,
        ["users"] = SavedNumbers.Names(Actions.Users.Select(static u => u.Name)),
        ["unproven"] = SavedNumbers.Of(_unproven),
        ["budget"] = SavedNumbers.Of(_budget),
        ["responses"] = SavedNumbers.Of(_responses),
        ["counts"] = new JsonArray(Counts.Requests, Counts.OutOfBound, Counts.OverBudget, Counts.ForAccuracy, Counts.Unproven, Counts.Explored),
        ["model"] = _feeds ? Model.Save() : null,
        ["inner"] = Inner.Save(),
    };

    /// <summary>What was saved of the learner that was guarded: for its own Restore.</summary>
    /// <exception cref="IsthmusException">It is damaged (<see cref="ErrorKind.Data"/>).</exception>
    public static JsonObject InnerOf(JsonObject saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        SavedNumbers.Expect(saved, "kind", "guard");
        return SavedNumbers.Object(saved, "inner");
    }

    /// <summary>Restores what was saved of the same users.</summary>
    /// <param name="inner">The learner, restored from <see cref="InnerOf"/>.</param>
    /// <param name="actions">The actions it was saved for.</param>
    /// <param name="goal">What accuracy is wanted.</param>
    /// <param name="saved">What <see cref="Save"/> gave.</param>
    /// <param name="options">What is let through.</param>
    /// <param name="profile">The profile that the model began with.</param>
    /// <exception cref="IsthmusException">It is damaged, or of other users (<see cref="ErrorKind.Data"/>).</exception>
    public static GuardRail Restore(ILearner inner, ActionSpace actions, AccuracyGoal goal, JsonObject saved, GuardRailOptions? options = null, SystemModel? profile = null)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(saved);
        SavedNumbers.Expect(saved, "kind", "guard");
        if (SavedNumbers.Count(saved, "version") != 1) throw SavedNumbers.Wrong("its version is unknown");
        SavedNumbers.Expect(saved, "users", [.. actions.Users.Select(static u => u.Name)]);
        LatencyModel model = inner is ModelLearner learner ? learner.Model : LatencyModel.Restore(actions, SavedNumbers.Object(saved, "model"), profile, options?.Latency);
        GuardRail guard = new(inner, actions, goal, options, model);
        SavedNumbers.Read(saved, "unproven", guard._unproven);
        SavedNumbers.Read(saved, "budget", guard._budget);
        SavedNumbers.Read(saved, "responses", guard._responses);
        if (guard._unproven.Concat(guard._budget).Concat(guard._responses).Any(static v => v < 0)) throw SavedNumbers.Wrong("a budget is below zero");
        long[] counts = [.. SavedNumbers.List(saved, "counts", 6).Select(static c => c is JsonValue v && v.TryGetValue(out long count) && count >= 0 ? count : throw SavedNumbers.Wrong("its counts are none"))];
        guard.Counts = new(counts[0], counts[1], counts[2], counts[3], counts[4], counts[5]);
        return guard;
    }

    // Expected times of everything, and the safe joint action.
    private void Prepare(SystemState state)
    {
        Model.Fill(_own, state, Goal);
        Prepare(_own);
    }

    private void Prepare(JointTable expected)
    {
        _table = expected;
        int users = Actions.Users.Length;
        bool found = false;
        for (int pass = 0; pass < 2 && !found; pass++)
        {
            // First on the own devices, where there are any; if that is not accurate enough, with the nodes, as if all users were there.
            _safeTable.Begin(users, 0, Goal.MinMean, Goal.MsPerMissing);
            for (int u = 0; u < users; u++)
            {
                int own = _table.First(u, 1), end = pass == 0 && own > _table.First(u, 0) ? own : _table.First(u + 1, 0);
                for (int o = _table.First(u, 0); o < end; o++) _safeTable.Add(_table.Choice(o), _table.Accuracy(o), 1)[0] = _table.Ms(o, users);
                _safeTable.EndPlace();
            }

            _fast.Forget();
            found = _fast.Solve(_safeTable, _safe);
        }

        if (!found) throw new InvalidOperationException("Nothing keeps to what is wanted.");
        for (int u = 0; u < users; u++) _safeMs[u] = _safeTable.Ms(_safeTable.Find(u, _safe[u]), 1);
    }

    private double Limit(int user) => (1 + Options.Bound) * _safeMs[user];

    // The expected time of a user's choice as the nodes are used now; infinite if it does not serve the user.
    private double Expected(int user, int choice)
    {
        int option = _table.Find(user, choice), node = Actions.Users[user].Actions[choice].Node;
        return option < 0 ? double.PositiveInfinity : _table.Ms(option, node < 0 ? 1 : _counts[node]);
    }

    private double Cautious(SystemState state, int user, int choice)
    {
        int node = Actions.Users[user].Actions[choice].Node;
        Prediction prediction = Model.Predict(state, user, choice, node < 0 ? 1 : _counts[node]);
        return Math.Max(Expected(user, choice), prediction.MeanMs) + (Options.Caution * prediction.DeviationMs);
    }

    // By how much longer a user's request is expected to take than what the learner holds to be best, relative to that.
    private double Cost(ReadOnlySpan<int> choices, int user)
    {
        Actions.Count(_best, _counts);
        double best = Expected(user, _best[user]);
        Actions.Count(choices, _counts);
        double ms = Expected(user, choices[user]);
        return double.IsPositiveInfinity(ms) ? 0 : double.IsPositiveInfinity(best) ? 0 : Math.Max(0, (ms / best) - 1);
    }

    // Replaces what must not go through.
    private void Hold(SystemState state, Span<int> choices, bool tokens, ref long outOfBound, ref long forAccuracy)
    {
        int users = choices.Length;
        for (int u = 0; u < users; u++) _isSafe[u] = choices[u] == _safe[u];
        while (true)
        {
            while (Worst(state, choices, tokens, ref outOfBound))
            {
                foreach (int u in _worst)
                {
                    if (u < 0) continue;
                    (choices[u], _isSafe[u]) = (_safe[u], true);
                    outOfBound++;
                }
            }

            if (Goal.Allows(Actions.MeanAccuracy(choices))) return;
            int most = -1;
            for (int u = 0; u < users; u++)
            {
                if (!_isSafe[u] && (most < 0 || Gain(u, choices[u]) > Gain(most, choices[most]))) most = u;
            }

            // All are safe: that keeps the goal.
            if (most < 0) return;
            (choices[most], _isSafe[most]) = (_safe[most], true);
            forAccuracy++;
        }

        double Gain(int u, int choice) => Actions.Users[u].Actions[_safe[u]].Accuracy - Actions.Users[u].Actions[choice].Accuracy;
    }

    private bool Breaks(SystemState state, int user, int choice, bool tokens)
    {
        double limit = Limit(user);
        if (IsUnknown(user, choice)) return !(tokens && _unproven[user] >= 1);
        return Expected(user, choice) > limit || (!(tokens && _unproven[user] >= 1) && Cautious(state, user, choice) > limit);
    }

    // Nobody has ever heard from the node, no profile tells of it, and the user is the only one to try it: there is nothing to predict from, and one request will tell.
    private bool IsUnknown(int user, int choice)
    {
        int node = Actions.Users[user].Actions[choice].Node;
        return node >= 0 && Model.Profile is null && _responses[node] == 0 && _counts[node] <= 1 && _table.Find(user, choice) >= 0;
    }

    // Of each node the user whose choice is furthest out of bound; false if there is none. On the own device nobody depends on anybody: there it is replaced at once.
    private bool Worst(SystemState state, Span<int> choices, bool tokens, ref long outOfBound)
    {
        Array.Fill(_worst, -1);
        Array.Clear(_worstBy);
        Actions.Count(choices, _counts);
        bool any = false;
        for (int u = 0; u < choices.Length; u++)
        {
            if (_isSafe[u] || !Breaks(state, u, choices[u], tokens)) continue;
            int node = Actions.Users[u].Actions[choices[u]].Node;
            any = true;
            if (node < 0)
            {
                (choices[u], _isSafe[u]) = (_safe[u], true);
                outOfBound++;
                continue;
            }

            double by = Math.Max(Expected(u, choices[u]), Cautious(state, u, choices[u])) / Limit(u);
            if (_worst[node] < 0 || by > _worstBy[node]) (_worst[node], _worstBy[node]) = (u, by);
        }

        return any;
    }
}
