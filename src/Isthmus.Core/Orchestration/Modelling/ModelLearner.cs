using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Reference;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>
/// The default learner: learns what requests take (<see cref="LatencyModel"/>) and plans on it with the searches for the optimum. Exploring is planning on times that are drawn as far
/// from the expectation as is known (Thompson sampling), so that only what could be best is tried; as long as that is predicted to cost no more than the budget has.
/// </summary>
/// <remarks>Without a profile it learns each kind of action on each device and node once or twice, and nothing about joint actions: that is why it needs few steps.</remarks>
public sealed class ModelLearner : ILearner
{
    private readonly ResumableRandom _random;
    private readonly JointTable _table = new();
    private readonly JointTable _drawn = new();
    private readonly FastSearch _fast = new();
    private readonly int[] _best;
    private int[] _last = [];
    private double _lastPrice;

    /// <summary>Begins to learn.</summary>
    /// <param name="actions">What users may do.</param>
    /// <param name="goal">What accuracy is wanted.</param>
    /// <param name="seed">Equal seeds and equal observations make equal decisions.</param>
    /// <param name="options">How it learns.</param>
    /// <param name="profile">What was measured of the same actions; null for only the structure: no time of the actions is looked at then.</param>
    /// <exception cref="IsthmusException">Something makes no sense, or the wishes contradict each other (<see cref="ErrorKind.Planning"/>; the message says which).</exception>
    public ModelLearner(ActionSpace actions, AccuracyGoal goal, long seed, ModelLearnerOptions? options = null, SystemModel? profile = null)
        : this(goal, options, new(actions, profile, options?.Latency), new((ulong)seed))
    {
        Budget = Options.ExplorationSteps;
    }

    private ModelLearner(AccuracyGoal goal, ModelLearnerOptions? options, LatencyModel model, ResumableRandom random)
    {
        ArgumentNullException.ThrowIfNull(goal);
        Options = options ?? new();
        Options.Validate();
        Contradictions.Refuse(model.Actions, goal);
        Goal = goal;
        Model = model;
        _random = random;
        _best = new int[model.Actions.Users.Length];
    }

    /// <inheritdoc/>
    public string Name => "model";

    /// <summary>What it has learned of response times.</summary>
    public LatencyModel Model { get; }

    /// <summary>What accuracy is wanted.</summary>
    public AccuracyGoal Goal { get; }

    /// <summary>How it learns.</summary>
    public ModelLearnerOptions Options { get; }

    /// <summary>What may still be spent on exploring, in steps' worth of response time.</summary>
    public double Budget { get; private set; }

    /// <summary>How many joint actions were another than the one that was believed best.</summary>
    public long Explored { get; private set; }

    /// <summary>How many were chosen.</summary>
    public long Chosen { get; private set; }

    /// <summary>What was believed best at the last choice, and the expected times then: for a guard that asks for the same state.</summary>
    internal (int[] Best, JointTable Expected) AtChoice => (_best, _table);

    /// <inheritdoc/>
    public void Choose(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        Model.Fill(_table, state, Goal);
        Plan(_table, _best, remember: true);
        _best.CopyTo(choices);
        Chosen++;
        Budget += Options.ExplorationShare;
        if (Options.Spread <= 0 || Budget <= 0) return;
        Model.Fill(_drawn, state, Goal, _random, Options.Spread, Chosen % 2 == 0);
        Plan(_drawn, choices, remember: false);
        double best = _table.ScoreOf(_best), cost = Math.Max(0, (_table.ScoreOf(choices) / best) - 1);
        if (cost <= Budget)
        {
            Budget -= cost;
            if (!choices.SequenceEqual(_best)) Explored++;
        }
        else
        {
            _best.CopyTo(choices);
        }
    }

    /// <inheritdoc/>
    public void ChooseBest(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        Model.Fill(_table, state, Goal);
        Plan(_table, choices, remember: false);
    }

    /// <inheritdoc/>
    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after) => Model.Learn(before, choices, responseMs);

    /// <summary>A learner for users and nodes that came or went: what was learned of those that stay is kept, by name.</summary>
    /// <param name="changed">The new actions.</param>
    /// <param name="profile">Their profile, if this one began with one.</param>
    /// <exception cref="IsthmusException">As of the constructor.</exception>
    public ModelLearner For(ActionSpace changed, SystemModel? profile = null) =>
        new(Goal, Options, Model.For(changed, profile), new(_random.State)) { Budget = Budget, Explored = Explored, Chosen = Chosen };

    /// <inheritdoc/>
    public JsonObject Save() => new()
    {
        ["kind"] = Name,
        ["version"] = 1,
        ["random"] = _random.State.ToString(),
        ["budget"] = Budget,
        ["explored"] = Explored,
        ["chosen"] = Chosen,
        ["last"] = new JsonArray([.. _last.Select(static c => JsonValue.Create(c))]),
        ["lastPrice"] = _lastPrice,
        ["model"] = Model.Save(),
    };

    /// <summary>Restores what was saved of the same users: it goes on as if nothing had happened.</summary>
    /// <param name="actions">The actions it was saved for.</param>
    /// <param name="goal">What accuracy is wanted; may have changed.</param>
    /// <param name="saved">What <see cref="Save"/> gave.</param>
    /// <param name="options">How it learns.</param>
    /// <param name="profile">The profile that it began with.</param>
    /// <exception cref="IsthmusException">It is damaged, or of other users (<see cref="ErrorKind.Data"/>); or as of the constructor.</exception>
    public static ModelLearner Restore(ActionSpace actions, AccuracyGoal goal, JsonObject saved, ModelLearnerOptions? options = null, SystemModel? profile = null)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(saved);
        SavedNumbers.Expect(saved, "kind", "model");
        if (SavedNumbers.Count(saved, "version") != 1) throw SavedNumbers.Wrong("its version is unknown");
        if (!ulong.TryParse(SavedNumbers.Text(saved, "random"), out ulong random)) throw SavedNumbers.Wrong("its random numbers have no place");
        LatencyModel model = LatencyModel.Restore(actions, SavedNumbers.Object(saved, "model"), profile, options?.Latency);
        JsonArray last = saved["last"] as JsonArray ?? throw SavedNumbers.Wrong("it has no last");
        if (last.Count != 0 && last.Count != actions.Users.Length) throw SavedNumbers.Wrong("its last decision is of others");
        int[] choices = [.. last.Select(static c => c is JsonValue v && v.TryGetValue(out int choice) && choice >= 0 ? choice : throw SavedNumbers.Wrong("its last decision is none"))];
        return new(goal, options, model, new(random))
        {
            Budget = SavedNumbers.Number(saved, "budget", 0, 1e12),
            Explored = SavedNumbers.Count(saved, "explored"),
            Chosen = SavedNumbers.Count(saved, "chosen"),
            _last = choices,
            _lastPrice = SavedNumbers.Number(saved, "lastPrice", 0, 1e12),
        };
    }

    private void Plan(JointTable table, Span<int> choices, bool remember)
    {
        bool exact = table.Users <= Options.ExactUsers && CountingSearch.CanSolve(table.Users, table.Places - 1);
        if (exact) _fast.Forget();
        else _fast.Remember(_last, _lastPrice);
        bool found = exact ? CountingSearch.Solve(table, _fast, choices) : _fast.Solve(table, choices);

        // Wishes that contradict each other were refused before: something is always found.
        if (!found) throw new InvalidOperationException("Nothing keeps to what is wanted.");
        if (remember && !exact) (_last, _lastPrice) = (choices.ToArray(), _fast.Price);
    }
}
