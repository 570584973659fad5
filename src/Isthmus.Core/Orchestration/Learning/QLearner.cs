using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// Tabular Q-learning over (levels of the state, joint action), ε-greedy: Q ← Q + α·(R + γ·max Q(s′, ·) − Q) (Watkins; as Shahhosseini et al. use it). The table holds only what was tried.
/// </summary>
public sealed class QLearner : ILearner
{
    /// <summary>The most joint actions that can be numbered.</summary>
    public const double MaxJointActions = 1e18;

    private readonly ActionSpace _actions;
    private readonly QLearnerOptions _options;
    private readonly JointActions _joint;
    private readonly StateIndex _states;
    private readonly List<ActionValues> _values = [];
    private readonly double _initial;
    private SeededRandom _random;
    private Exploration _exploration;
    private int _entries;
    private long _step;

    /// <summary>A learner that knows nothing.</summary>
    /// <param name="actions">What users may do.</param>
    /// <param name="options">How it learns.</param>
    /// <exception cref="IsthmusException">A number is out of its range, a goal cannot be kept, or there are more than <see cref="MaxJointActions"/> joint actions.</exception>
    public QLearner(ActionSpace actions, QLearnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _joint = new(actions, options.Rewards);
        if (_joint.Count > MaxJointActions) throw new IsthmusException(ErrorKind.Usage, $"{_joint.Count:0.##e0} joint actions cannot be put in a table: at most {MaxJointActions:0e0}. Use another learner.");
        _actions = actions;
        _options = options;
        _states = new(options.Levels, actions);
        _random = new(options.Seed);
        _exploration = options.Exploration ?? new(1, 0.05, Math.Clamp(_joint.Count, 300, 20_000));
        _initial = options.InitialValue ?? 0;
    }

    /// <inheritdoc/>
    public string Name => "q-learning";

    /// <summary>How often a random joint action is tried now.</summary>
    public double Epsilon => _exploration.At(_step);

    /// <summary>The pairs of state and joint action that are remembered.</summary>
    public int Entries => _entries;

    /// <summary>Restores what <see cref="Save"/> made.</summary>
    /// <param name="actions">The same action space.</param>
    /// <param name="options">How it goes on learning; the levels must be the same.</param>
    /// <param name="saved">What was saved.</param>
    /// <exception cref="IsthmusException">It is damaged, or was learned for something else.</exception>
    public static QLearner Restore(ActionSpace actions, QLearnerOptions options, JsonObject saved)
    {
        QLearner learner = new(actions, options);
        SavedFields.Check(saved, learner.Name, actions);
        learner._step = SavedFields.Integer(saved, "step", 0, long.MaxValue);
        learner._random = SavedFields.Random(saved, "random");
        learner._exploration = new(SavedFields.Number(saved, "epsilonStart", 0, 1), SavedFields.Number(saved, "epsilonEnd", 0, 1), SavedFields.Number(saved, "epsilonSteps", double.Epsilon, double.MaxValue));
        byte[] states = SavedFields.Array<byte>(saved, "states");
        int[] counts = SavedFields.Array<int>(saved, "counts");
        int length = learner._states.Length;
        if (states.Length != (long)counts.Length * length) throw SavedFields.Wrong("its states are of other levels");
        if (counts.Any(c => c < 0) || counts.Sum(c => (long)c) > options.MaxEntries) throw SavedFields.Wrong("its counts make no sense, or it remembers more than is allowed now");
        int entries = counts.Sum();
        long[] keys = SavedFields.Array<long>(saved, "keys", entries);
        double[] values = SavedFields.Array<double>(saved, "values", entries);
        int[] visits = SavedFields.Array<int>(saved, "visits", entries);
        int at = 0;
        for (int s = 0; s < counts.Length; s++)
        {
            ReadOnlySpan<byte> levels = states.AsSpan(s * length, length);
            if (!learner._states.Possible(levels) || learner._states.Add(levels) != s) throw SavedFields.Wrong("a state is impossible or there twice");
            ActionValues row = new();
            for (int i = 0; i < counts[s]; i++, at++)
            {
                if (keys[at] < 0 || keys[at] >= learner._joint.Count || visits[at] < 1 || row.Find(keys[at]) >= 0) throw SavedFields.Wrong("a joint action is impossible or there twice");
                row.Add(keys[at], values[at], visits[at]);
            }

            learner._values.Add(row);
        }

        learner._entries = entries;
        return learner;
    }

    /// <inheritdoc/>
    public void Choose(SystemState state, Span<int> choices)
    {
        if (_random.NextDouble() < Epsilon) _joint.Random(_random, choices);
        else ChooseBest(state, choices);
    }

    /// <inheritdoc/>
    public void ChooseBest(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        int number = _states.Find(state);
        ActionValues? row = number < 0 ? null : _values[number];
        if (row is null || row.Count == 0 || (_options.InitialValue > row.BestValue && row.Count < _joint.Count)) Untried(row, choices);
        else _joint.Choices(row.Best, choices);
    }

    /// <inheritdoc/>
    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        _step++;
        long key = _joint.Number(choices);
        if (key < 0 || !_joint.Allows(choices)) return;
        double target = _options.Rewards.Of(_actions, choices, responseMs);
        if (_options.Discount > 0)
        {
            int next = _states.Find(after);
            ActionValues? then = next < 0 ? null : _values[next];
            target += _options.Discount * (then is null || then.Count == 0 ? _initial : then.Count < _joint.Count && _options.InitialValue > then.BestValue ? _initial : then.BestValue);
        }

        int state = _states.Find(before);
        if (state < 0)
        {
            if (_entries >= _options.MaxEntries) return;
            state = _states.Add(before);
            _values.Add(new());
        }

        ActionValues row = _values[state];
        int entry = row.Find(key);
        if (entry < 0)
        {
            if (_entries >= _options.MaxEntries) return;
            _entries++;
            // Without an initial value the first one seen is all that is known.
            double first = _options.InitialValue is { } initial ? initial + (_options.LearningRate * (target - initial)) : target;
            row.Add(key, first, 1);
            return;
        }

        double rate = _options.LearningRateDecay == 0 ? _options.LearningRate : _options.LearningRate / Math.Pow(row.VisitsAt(entry) + 1, _options.LearningRateDecay);
        double value = row.ValueAt(entry);
        row.Set(entry, value + (rate * (target - value)));
    }

    /// <summary>
    /// Starts from what another learner knows of the same action space, such as one that was trained without a wanted accuracy ("Min"): its values, but for joint actions that miss the
    /// accuracy wanted here, which get what they earn here, or are left out.
    /// </summary>
    /// <param name="from">The trained learner, of the same levels.</param>
    /// <param name="epsilon">How often a random joint action is tried at first, falling as always. Default 0.1.</param>
    /// <exception cref="IsthmusException">It was trained for something else.</exception>
    public void Transfer(QLearner from, double epsilon = 0.1)
    {
        ArgumentNullException.ThrowIfNull(from);
        SavedFields.Check(SavedFields.Begin(from.Name, from._actions), Name, _actions);
        if (from._joint.Count != _joint.Count || !from._options.Levels.Equals(_options.Levels)) throw SavedFields.Wrong("it was learned for other levels or other wanted accuracies of users");
        Exploration exploration = _exploration with { Start = epsilon };
        exploration.Validate();
        double scale = from._options.Rewards.WorstMs / _options.Rewards.WorstMs;
        double future = 1 / (1 - _options.Discount);
        _exploration = exploration;
        _step = 0;
        _states.Clear();
        _values.Clear();
        _entries = 0;
        int[] choices = new int[_joint.Users];
        for (int s = 0; s < from._states.Count; s++)
        {
            _states.Add(from._states[s]);
            ActionValues row = new(), old = from._values[s];
            List<(int Entry, bool Keeps)> kept = [];
            double best = double.NegativeInfinity;
            for (int i = 0; i < old.Count && _entries + kept.Count < _options.MaxEntries; i++)
            {
                _joint.Choices(old.Keys[i], choices);
                if (!_joint.Allows(choices)) continue;
                bool keeps = _options.Rewards.Rule == AccuracyRule.Known || _options.Rewards.Goal.Allows(_actions.MeanAccuracy(choices));
                kept.Add((i, keeps));
                if (keeps) best = Math.Max(best, old.Values[i] * scale);
            }

            // A value is a reward and what the best is worth afterwards; the best was worth more where no accuracy was wanted.
            double then = kept.Count == 0 ? 0 : old.BestValue * scale, now = double.IsNegativeInfinity(best) ? -future : (best - (from._options.Discount * then)) * future;
            double shift = (_options.Discount * now) - (from._options.Discount * then);
            foreach ((int entry, bool keeps) in kept)
                row.Add(old.Keys[entry], keeps ? (old.Values[entry] * scale) + shift : -1 + (_options.Discount * now), old.Visits[entry]);
            _entries += kept.Count;
            _values.Add(row);
        }
    }

    /// <inheritdoc/>
    public JsonObject Save()
    {
        JsonObject saved = SavedFields.Begin(Name, _actions);
        saved["step"] = _step;
        saved["random"] = _random.State;
        saved["epsilonStart"] = _exploration.Start;
        saved["epsilonEnd"] = _exploration.End;
        saved["epsilonSteps"] = _exploration.Steps;
        byte[] states = new byte[_values.Count * _states.Length];
        for (int s = 0; s < _values.Count; s++) _states[s].CopyTo(states.AsSpan(s * _states.Length));
        saved["states"] = SavedFields.Array<byte>(states);
        saved["counts"] = SavedFields.Array<int>([.. _values.Select(v => v.Count)]);
        saved["keys"] = SavedFields.Array<long>([.. _values.SelectMany(v => v.Keys.ToArray())]);
        saved["values"] = SavedFields.Array<double>([.. _values.SelectMany(v => v.Values.ToArray())]);
        saved["visits"] = SavedFields.Array<int>([.. _values.SelectMany(v => v.Visits.ToArray())]);
        return saved;
    }

    // The untried joint action with the lowest number; before anything is known, the most accurate one.
    private void Untried(ActionValues? row, Span<int> choices)
    {
        if (_options.InitialValue is not null && row is { Count: > 0 })
        {
            for (long key = row.Count; key < (long)_joint.Count + row.Count; key++)
            {
                long number = key % (long)_joint.Count;
                if (row.Find(number) >= 0) continue;
                _joint.Choices(number, choices);
                if (_joint.Allows(choices)) return;
            }

            _joint.Choices(row.Best, choices);
            return;
        }

        _joint.MostAccurate(choices);
    }
}
