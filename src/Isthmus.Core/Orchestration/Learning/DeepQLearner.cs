using System.Collections.Immutable;
using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// A deep Q-network (Mnih et al. 2015; as Shahhosseini et al. use it): two hidden layers over the levels of the state, experience replay, a target network, ε-greedy. The best joint action
/// is always the exact one of the network's outputs; that of a state that was met before is mostly found among a few of them, because bounds say that no other can be.
/// </summary>
public sealed class DeepQLearner : ILearner
{
    /// <summary>The most outputs, and so the most joint actions of <see cref="DeepQHeads.Joint"/>.</summary>
    public const double MaxOutputs = 200_000;

    // With fewer outputs it is not worth keeping candidates.
    private const int ScanAll = 2048;
    private const int Touches = 8192;
    private const int StatesBesideReplay = 4096;

    private readonly ActionSpace _actions;
    private readonly DeepQOptions _options;
    private readonly JointActions _joint;
    private readonly ExactOrFast _search;
    private readonly bool[]? _mask;
    private readonly int _users;
    private readonly int[] _firstOutput;
    private readonly int[][] _firstOfAction;

    // Outputs that a joint action is the sum of, and rewards of a step: each user's own, or one for all.
    private readonly int _perStep;
    private readonly int _perReward;
    private readonly bool _own;

    private readonly Perceptron<float> _network;
    private readonly Perceptron<float> _target;
    private readonly AdamOptimizer _adam;
    private readonly float[][] _weightGradients;
    private readonly float[][] _biasGradients;
    private readonly float[] _scratch;
    private readonly float[] _slopes;
    private readonly float[] _outputs;
    private readonly int[] _seen;
    private readonly List<int> _tried = [];

    private readonly StateIndex _states;
    private readonly List<Known> _known = [];
    private readonly Known _passing;
    private readonly List<int> _order = [];

    private readonly int[] _before;
    private readonly int[] _after;
    private readonly float[] _rewards;
    private readonly int[] _taken;
    private readonly int[] _picked;
    private int _remembered;
    private int _nextPlace;

    private readonly int[] _touched = new int[Touches];
    private long _touches;
    private double _longestRow;
    private long _version;
    private long _targetVersion;
    private SeededRandom _random;
    private Exploration _exploration;
    private long _step;

    /// <summary>A learner that knows nothing.</summary>
    /// <param name="actions">What users may do.</param>
    /// <param name="options">How it learns.</param>
    /// <exception cref="IsthmusException">
    /// A number is out of its range, a goal cannot be kept, or an output for each joint action is asked for where there are more than <see cref="MaxOutputs"/>.
    /// </exception>
    public DeepQLearner(ActionSpace actions, DeepQOptions options)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _joint = new(actions, options.Rewards);
        bool joint = options.Heads == DeepQHeads.Joint;
        if (joint && _joint.Count > MaxOutputs)
            throw new IsthmusException(ErrorKind.Usage, $"A network cannot have {_joint.Count:0.##e0} outputs, one for each joint action: at most {MaxOutputs:0}. Use outputs per user, or another learner.");
        _actions = actions;
        _options = options;
        _users = _joint.Users;
        _search = new(_users);
        _mask = joint ? _joint.Mask() : null;
        _own = options.Heads == DeepQHeads.PerUserAndCount;
        _firstOutput = new int[_users + 1];
        _firstOfAction = new int[_users][];
        for (int u = 0; u < _users; u++)
        {
            _firstOfAction[u] = new int[_joint.Served(u).Length];
            long at = _firstOutput[u];
            for (int i = 0; i < _firstOfAction[u].Length; i++)
            {
                _firstOfAction[u][i] = (int)at;
                at += _own && actions.Users[u].Actions[_joint.Served(u)[i]].Node >= 0 ? _users : 1;
                if (at > MaxOutputs) throw new IsthmusException(ErrorKind.Usage, $"A network cannot have more than {MaxOutputs:0} outputs, and these users need more. Use another learner.");
            }

            _firstOutput[u + 1] = (int)at;
        }

        _perStep = joint ? 1 : _users;
        _perReward = _own ? _users : 1;
        int outputs = joint ? (int)_joint.Count : _firstOutput[_users];
        int hidden = options.Hidden ?? (_users <= 3 ? 48 : _users == 4 ? 64 : 128);
        _states = new(options.Levels, actions);
        _random = new(options.Seed);
        double bias = options.InitialValue / _perStep;
        _network = new(_states.Length, hidden, hidden, outputs, _random, bias);
        _target = new(_states.Length, hidden, hidden, outputs, _random, bias);
        _target.CopyFrom(_network);
        _adam = new(_network.Weights[0], _network.Weights[1], _network.Biases[0], _network.Biases[1]);
        _weightGradients = [new float[_network.Weights[0].Length], new float[_network.Weights[1].Length]];
        _biasGradients = [new float[hidden], new float[hidden]];
        _scratch = new float[hidden];
        _slopes = new float[options.Batch * hidden];
        _outputs = new float[outputs];
        _seen = new int[outputs];
        _passing = new(_states.Length, hidden);
        _exploration = options.Exploration ?? new(1, 0.05, Math.Clamp(outputs, 300, 20_000));
        _before = new int[options.Replay];
        _after = new int[options.Replay];
        _rewards = new float[options.Replay * _perReward];
        _taken = new int[options.Replay * _perStep];
        _picked = new int[options.Batch];
        MeasureRows();
    }

    /// <inheritdoc/>
    public string Name => "dqn";

    /// <summary>How often a random joint action is tried now.</summary>
    public double Epsilon => _exploration.At(_step);

    /// <summary>The weights and biases of the network.</summary>
    public long Parameters => _network.Weights.Sum(w => (long)w.Length) + _network.Biases.Sum(b => (long)b.Length);

    /// <summary>Restores what <see cref="Save"/> made.</summary>
    /// <param name="actions">The same action space.</param>
    /// <param name="options">How it goes on learning; form and replay must be the same.</param>
    /// <param name="saved">What was saved.</param>
    /// <exception cref="IsthmusException">It is damaged, or was learned for something else.</exception>
    public static DeepQLearner Restore(ActionSpace actions, DeepQOptions options, JsonObject saved)
    {
        DeepQLearner learner = new(actions, options);
        SavedFields.Check(saved, learner.Name, actions);
        learner.Read(saved);
        return learner;
    }

    /// <inheritdoc/>
    public void Choose(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (_random.NextDouble() < Epsilon) _joint.Random(_random, choices);
        else Greedy(Recall(state), choices);
    }

    /// <inheritdoc/>
    public void ChooseBest(SystemState state, Span<int> choices)
    {
        ArgumentNullException.ThrowIfNull(state);
        int number = _states.Find(state);
        if (number >= 0)
        {
            Greedy(_known[number], choices);
            return;
        }

        byte[] levels = new byte[_states.Length];
        _options.Levels.Write(state, levels);
        _states.Features<float>(levels, _passing.Features);
        _passing.Forget();
        Greedy(_passing, choices);
    }

    /// <inheritdoc/>
    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        _step++;
        long number = 0;
        if (_options.Heads == DeepQHeads.Joint) number = _joint.Number(choices);
        if (number < 0 || !_joint.Allows(choices)) return;
        if (_states.Count > (2 * _options.Replay) + StatesBesideReplay) ForgetStates();
        int place = _nextPlace;
        if (_options.Heads == DeepQHeads.Joint) _taken[place] = (int)number;
        else if (!Take(choices, _taken.AsSpan(place * _users, _users))) return;
        _before[place] = RecallNumber(before);
        _after[place] = RecallNumber(after);
        Reward(choices, responseMs, _rewards.AsSpan(place * _perReward, _perReward));
        _nextPlace = (place + 1) % _options.Replay;
        _remembered = Math.Max(_remembered, place + 1);
        Train();
        if (_step % _options.TargetEvery == 0)
        {
            _target.CopyFrom(_network);
            _targetVersion++;
        }
    }

    /// <summary>
    /// Starts from the weights of another network of the same form and action space, such as one that was trained without a wanted accuracy ("Min"). Where there is an output for each joint
    /// action, those that miss the accuracy wanted here begin at what they earn here.
    /// </summary>
    /// <param name="from">The trained learner.</param>
    /// <param name="epsilon">How often a random joint action is tried at first, falling as always. Default 0.1.</param>
    /// <exception cref="IsthmusException">It was trained for something else, or has another form.</exception>
    public void Transfer(DeepQLearner from, double epsilon = 0.1)
    {
        ArgumentNullException.ThrowIfNull(from);
        SavedFields.Check(SavedFields.Begin(from.Name, from._actions), Name, _actions);
        if (from._options.Heads != _options.Heads || from._network.Second != _network.Second || from._outputs.Length != _outputs.Length || !from._options.Levels.Equals(_options.Levels))
            throw SavedFields.Wrong("the network has another form, or was learned for other levels or other wanted accuracies of users");
        Exploration exploration = _exploration with { Start = epsilon };
        exploration.Validate();
        _exploration = exploration;
        _network.CopyFrom(from._network);
        float scale = (float)(from._options.Rewards.WorstMs / _options.Rewards.WorstMs);
        TensorPrimitives.Multiply(_network.Weights[2], scale, _network.Weights[2]);
        TensorPrimitives.Multiply(_network.Biases[2], scale, _network.Biases[2]);
        if (_options is { Heads: DeepQHeads.Joint, Rewards.Rule: AccuracyRule.Penalty })
        {
            int[] choices = new int[_users];
            for (int i = 0; i < _outputs.Length; i++)
            {
                _joint.Choices(i, choices);
                if (_options.Rewards.Goal.Allows(_actions.MeanAccuracy(choices))) continue;
                _network.Row(i).Clear();
                _network.Biases[2][i] = (float)(-1 / (1 - _options.Discount));
            }
        }

        _target.CopyFrom(_network);
        foreach (float[] moments in _adam.Means.Concat(_adam.Squares)) moments.AsSpan().Clear();
        _adam.Steps = 0;
        _seen.AsSpan().Fill(int.MaxValue);
        _tried.Clear();
        _tried.AddRange(Enumerable.Range(0, _seen.Length));
        _step = 0;
        _remembered = 0;
        _nextPlace = 0;
        ForgetStates();
        MeasureRows();
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
        foreach ((string name, Perceptron<float> network) in new[] { ("network", _network), ("target", _target) })
        {
            for (int layer = 0; layer < 3; layer++)
            {
                saved[$"{name}Weights{layer}"] = SavedFields.Array<float>(network.Weights[layer]);
                saved[$"{name}Biases{layer}"] = SavedFields.Array<float>(network.Biases[layer]);
            }
        }

        saved["seen"] = SavedFields.Array<int>(_seen);
        saved["adamSteps"] = _adam.Steps;
        for (int i = 0; i < _adam.Means.Length; i++)
        {
            saved[$"adamMeans{i}"] = SavedFields.Array<float>(_adam.Means[i]);
            saved[$"adamSquares{i}"] = SavedFields.Array<float>(_adam.Squares[i]);
        }

        saved["replayNext"] = (long)_nextPlace;
        saved["replayRewards"] = SavedFields.Array<float>(_rewards.AsSpan(0, _remembered * _perReward));
        saved["replayTaken"] = SavedFields.Array<int>(_taken.AsSpan(0, _remembered * _perStep));
        byte[] levels = new byte[2 * _remembered * _states.Length];
        for (int i = 0; i < _remembered; i++)
        {
            _states[_before[i]].CopyTo(levels.AsSpan(2 * i * _states.Length));
            _states[_after[i]].CopyTo(levels.AsSpan(((2 * i) + 1) * _states.Length));
        }

        saved["replayStates"] = SavedFields.Array<byte>(levels);
        return saved;
    }

    private void Read(JsonObject saved)
    {
        _step = SavedFields.Integer(saved, "step", 0, long.MaxValue);
        _random = SavedFields.Random(saved, "random");
        _exploration = new(SavedFields.Number(saved, "epsilonStart", 0, 1), SavedFields.Number(saved, "epsilonEnd", 0, 1), SavedFields.Number(saved, "epsilonSteps", double.Epsilon, double.MaxValue));
        foreach ((string name, Perceptron<float> network) in new[] { ("network", _network), ("target", _target) })
        {
            for (int layer = 0; layer < 3; layer++)
            {
                SavedFields.Array<float>(saved, $"{name}Weights{layer}", network.Weights[layer].Length).CopyTo(network.Weights[layer], 0);
                SavedFields.Array<float>(saved, $"{name}Biases{layer}", network.Biases[layer].Length).CopyTo(network.Biases[layer], 0);
            }
        }

        SavedFields.Array<int>(saved, "seen", _seen.Length).CopyTo(_seen, 0);
        if (_seen.Any(n => n < 0)) throw SavedFields.Wrong("a count is below zero");
        _tried.Clear();
        _tried.AddRange(Enumerable.Range(0, _seen.Length).Where(i => _seen[i] > 0));
        _adam.Steps = SavedFields.Integer(saved, "adamSteps", 0, long.MaxValue);
        for (int i = 0; i < _adam.Means.Length; i++)
        {
            SavedFields.Array<float>(saved, $"adamMeans{i}", _adam.Means[i].Length).CopyTo(_adam.Means[i], 0);
            SavedFields.Array<float>(saved, $"adamSquares{i}", _adam.Squares[i].Length).CopyTo(_adam.Squares[i], 0);
            if (_adam.Squares[i].Any(s => s < 0)) throw SavedFields.Wrong("a square is below zero");
        }

        float[] rewards = SavedFields.Array<float>(saved, "replayRewards");
        if (rewards.Length > _rewards.Length || rewards.Length % _perReward != 0) throw SavedFields.Wrong("it remembers more steps than are allowed now, or parts of them");
        _remembered = rewards.Length / _perReward;
        _nextPlace = (int)SavedFields.Integer(saved, "replayNext", 0, _options.Replay - 1);
        if (_nextPlace != _remembered % _options.Replay && _remembered < _options.Replay) throw SavedFields.Wrong("its replay has a hole");
        rewards.CopyTo(_rewards, 0);
        int[] taken = SavedFields.Array<int>(saved, "replayTaken", _remembered * _perStep);
        for (int i = 0; i < taken.Length; i++)
        {
            int u = i % _perStep, least = _perStep == 1 ? 0 : _firstOutput[u], most = _perStep == 1 ? _outputs.Length : _firstOutput[u + 1];
            if (taken[i] < least || taken[i] >= most) throw SavedFields.Wrong("a remembered action is impossible");
        }

        taken.CopyTo(_taken, 0);
        byte[] levels = SavedFields.Array<byte>(saved, "replayStates", 2 * _remembered * _states.Length);
        for (int i = 0; i < 2 * _remembered; i++)
        {
            ReadOnlySpan<byte> state = levels.AsSpan(i * _states.Length, _states.Length);
            if (!_states.Possible(state)) throw SavedFields.Wrong("a remembered state is impossible");
            (i % 2 == 0 ? _before : _after)[i / 2] = RecallNumber(state);
        }

        MeasureRows();
    }

    // The outputs of a joint action; false if a user is not served by it.
    private bool Take(ReadOnlySpan<int> choices, Span<int> outputs)
    {
        Span<int> counts = stackalloc int[JointProblem.MaxNodes];
        counts = counts[.._actions.Nodes.Length];
        if (_own) _actions.Count(choices, counts);
        for (int u = 0; u < _users; u++)
        {
            int position = _joint.Position(u, choices[u]);
            if (position < 0) return false;
            int node = _actions.Users[u].Actions[choices[u]].Node;
            outputs[u] = _firstOfAction[u][position] + (_own && node >= 0 ? counts[node] - 1 : 0);
        }

        return true;
    }

    private void Reward(ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, Span<float> rewards)
    {
        RewardRule rule = _options.Rewards;
        if (!_own)
        {
            rewards[0] = (float)(_options.Heads == DeepQHeads.PerUser && rule.Rule == AccuracyRule.Known ? rule.OfTime(responseMs) : rule.Of(_actions, choices, responseMs));
            return;
        }

        // What the accuracy costs is the same for all; the times are each user's own.
        float cost = rule.Rule == AccuracyRule.Known ? 0 : (float)(rule.Of(_actions, choices, responseMs) - rule.OfTime(responseMs));
        for (int u = 0; u < _users; u++) rewards[u] = (float)((rule.OfTime(responseMs.Slice(u, 1)) + cost) / _users);
    }

    // One step of learning: the hidden layers by Adam, the outputs one after another by normalised least mean squares.
    private void Train()
    {
        int hidden = _network.Second, batch = Math.Min(_options.Batch, _remembered);
        _order.Clear();
        for (int i = 0; i < batch; i++)
        {
            _picked[i] = _random.Next(_remembered);
            Known state = _known[_before[_picked[i]]];
            if (state.Slope >= 0) continue;
            state.Slope = _order.Count;
            _order.Add(_before[_picked[i]]);
            Activate(state);
        }

        Span<float> slopes = _slopes.AsSpan(0, _order.Count * hidden);
        slopes.Clear();
        float share = 1f / batch;
        int perSum = _perStep / _perReward;
        for (int i = 0; i < batch; i++)
        {
            int place = _picked[i];
            Known state = _known[_before[place]];
            Span<float> slope = slopes.Slice(state.Slope * hidden, hidden);
            for (int r = 0; r < _perReward; r++)
            {
                ReadOnlySpan<int> outputs = _taken.AsSpan((place * _perStep) + (r * perSum), perSum);
                float wrong = Math.Clamp(Value(state, outputs) - Wanted(place, r), -1, 1) * share;
                foreach (int output in outputs) TensorPrimitives.MultiplyAdd(_network.Row(output), wrong, slope, slope);
            }
        }

        foreach (int number in _order)
        {
            Known state = _known[number];
            _network.Backward(state.Features, state.First, state.Second, slopes.Slice(state.Slope * hidden, hidden), _scratch, _weightGradients, _biasGradients);
        }

        double fall = 1 / (1 + (_step / _options.RateSteps));
        for (int i = 0; i < batch; i++)
        {
            int place = _picked[i];
            Known state = _known[_before[place]];
            for (int r = 0; r < _perReward; r++)
            {
                ReadOnlySpan<int> outputs = _taken.AsSpan((place * _perStep) + (r * perSum), perSum);
                float move = (Wanted(place, r) - Value(state, outputs)) / (perSum * (state.SquaredLength + 1));
                foreach (int output in outputs) Move(state, output, move, _options.OutputRate * fall);
            }
        }

        foreach (int number in _order) _known[number].Slope = -1;
        if (_options.HiddenRate > 0) _adam.Step([_weightGradients[0], _weightGradients[1], _biasGradients[0], _biasGradients[1]], _options.HiddenRate * fall);
        _version++;
    }

    // An output of which little was seen learns all of it: the mean of the first few, as long as that is faster.
    private void Move(Known state, int output, float move, double rate)
    {
        if (_seen[output] == 0) _tried.Add(output);
        if (_seen[output] < int.MaxValue) _seen[output]++;
        move *= (float)Math.Max(rate, 1.0 / _seen[output]);
        Span<float> row = _network.Row(output);
        TensorPrimitives.MultiplyAdd(state.Second, move, row, row);
        _network.Biases[2][output] += move;
        if (_outputs.Length <= ScanAll) return;
        _touched[_touches++ % Touches] = output;
        _longestRow = Math.Max(_longestRow, TensorPrimitives.Norm<float>(row));
    }

    private float Value(Known state, ReadOnlySpan<int> outputs)
    {
        float sum = 0;
        foreach (int output in outputs) sum += _network.Output(state.Second, output);
        return sum;
    }

    private float Wanted(int place, int which)
    {
        float reward = _rewards[(place * _perReward) + which];
        if (_options.Discount == 0) return reward;
        Known next = _known[_after[place]];
        if (next.TargetVersion != _targetVersion)
        {
            Span<float> first = _passing.First, second = _passing.Second;
            _passing.Forget();
            _target.Hidden(next.Features, first, second);
            next.TargetBest = BestOf(_target, second, default);
            next.TargetVersion = _targetVersion;
        }

        return reward + ((float)_options.Discount * next.TargetBest / _perReward);
    }

    // The best joint action of the network in a state.
    private void Greedy(Known state, Span<int> choices)
    {
        Activate(state);
        if (_options.Heads != DeepQHeads.Joint || _outputs.Length <= ScanAll)
        {
            BestOf(_network, state.Second, choices);
            return;
        }

        int best = AmongCandidates(state);
        if (best < 0) best = Refresh(state);
        _joint.Choices(best, choices);
    }

    // The best output of those that were best when all were last computed, and of those that were changed since; −1 if another one may be better: then |w·h − w·h′| ≤ |w|·|h − h′| could close the gap.
    private int AmongCandidates(Known state)
    {
        if (state.Best is null || _touches - state.TouchesThen > Touches) return -1;
        int best = -1;
        float most = float.NegativeInfinity;
        foreach (int output in state.Best) Try(output);
        for (long t = state.TouchesThen; t < _touches; t++) Try(_touched[t % Touches]);
        double drift = _longestRow * TensorPrimitives.Distance<float>(state.Second, state.SecondThen);
        return best >= 0 && most > state.LeastThen + (drift * 1.0001) + 1e-6 && (state.AllThen || most > UntriedMost(state.Second)) ? best : -1;

        void Try(int output)
        {
            if (_mask is not null && !_mask[output]) return;
            float value = _network.Output(state.Second, output);
            if (value > most || (value == most && output < best)) (most, best) = (value, output);
        }
    }

    private int Refresh(Known state)
    {
        int best = Scan(_network, state.Second, out bool all);
        state.Best ??= new int[_options.Candidates];
        state.SecondThen ??= new float[state.Second.Length];
        state.Second.CopyTo(state.SecondThen.AsSpan());
        state.TouchesThen = _touches;

        // A heap of the best so far, the least of them on top.
        PriorityQueue<int, float> heap = new(_options.Candidates);
        float least = float.NegativeInfinity;
        int outputs = all ? _outputs.Length : _tried.Count;
        for (int k = 0; k < outputs; k++)
        {
            int i = all ? k : _tried[k];
            float value = _outputs[i];
            if (heap.Count < _options.Candidates) heap.Enqueue(i, value);
            else if (value > least) heap.EnqueueDequeue(i, value);
            else continue;
            if (heap.Count == _options.Candidates) heap.TryPeek(out _, out least);
        }

        state.LeastThen = least;
        state.AllThen = all;
        for (int i = 0; i < state.Best.Length; i++) state.Best[i] = heap.Count > 0 ? heap.Dequeue() : best;
        return best;
    }

    // More than any output says of which nothing was learned.
    private double UntriedMost(ReadOnlySpan<float> second) =>
        _tried.Count == _outputs.Length ? double.NegativeInfinity : _options.InitialValue + (Perceptron<float>.OutputBound * TensorPrimitives.Norm(second) * 1.0001) + 1e-6;

    // Computes outputs (those that may not be chosen are −∞) and says which is the highest: all, or those of which something was learned if no other can be.
    private int Scan(Perceptron<float> network, ReadOnlySpan<float> second, out bool all)
    {
        all = _options.Heads != DeepQHeads.Joint || _outputs.Length <= ScanAll || _tried.Count == _outputs.Length || !_options.SkipUntried;
        if (!all)
        {
            int best = -1;
            float most = float.NegativeInfinity;
            foreach (int output in _tried)
            {
                float value = _outputs[output] = _mask is not null && !_mask[output] ? float.NegativeInfinity : network.Output(second, output);
                if (value > most || (value == most && output < best)) (most, best) = (value, output);
            }

            if (best >= 0 && most > UntriedMost(second)) return best;
            all = true;
        }

        for (int i = 0; i < _outputs.Length; i++) _outputs[i] = _mask is not null && !_mask[i] ? float.NegativeInfinity : network.Output(second, i);
        return TensorPrimitives.IndexOfMax<float>(_outputs);
    }

    // The best joint action's value; and the joint action, if it is asked for.
    private float BestOf(Perceptron<float> network, ReadOnlySpan<float> second, Span<int> choices)
    {
        int best = Scan(network, second, out _);
        if (_options.Heads == DeepQHeads.Joint)
        {
            if (!choices.IsEmpty) _joint.Choices(best, choices);
            return _outputs[best];
        }

        Span<int> chosen = choices.IsEmpty ? stackalloc int[_users] : choices;
        AccuracyGoal goal = _options.Rewards.Rule == AccuracyRule.Known ? _options.Rewards.Goal : new();
        float sum = 0;
        if (!_own)
        {
            for (int u = 0; u < _users; u++)
            {
                ReadOnlySpan<float> values = _outputs.AsSpan(_firstOutput[u].._firstOutput[u + 1]);
                int position = TensorPrimitives.IndexOfMax(values);
                chosen[u] = _joint.Served(u)[position];
                sum += values[position];
            }

            if (goal.MinMean is not { } wanted || _actions.MeanAccuracy(chosen) >= wanted - JointProblem.Tolerance) return sum;
        }

        JointDecision decision = _search.Solve(Problem(goal))!;
        for (int u = 0; u < _users; u++) chosen[u] = _joint.Served(u)[decision.Choices[u]];
        Span<int> taken = stackalloc int[_users];
        Take(chosen, taken);
        sum = 0;
        foreach (int output in taken) sum += _outputs[output];
        return sum;
    }

    // What the outputs say is a problem of its own: each user's action costs what its value is below the user's best, and the mean accuracy must be kept.
    private JointProblem Problem(AccuracyGoal goal)
    {
        double perUnit = _options.Rewards.WorstMs * _users;
        ImmutableArray<User>.Builder users = ImmutableArray.CreateBuilder<User>(_users);
        for (int u = 0; u < _users; u++)
        {
            float most = TensorPrimitives.Max<float>(_outputs.AsSpan(_firstOutput[u].._firstOutput[u + 1]));
            ImmutableArray<UserOption>.Builder options = ImmutableArray.CreateBuilder<UserOption>(_firstOfAction[u].Length);
            for (int i = 0; i < _firstOfAction[u].Length; i++)
            {
                int from = _firstOfAction[u][i], to = i + 1 < _firstOfAction[u].Length ? _firstOfAction[u][i + 1] : _firstOutput[u + 1];
                double[] ms = new double[to - from];
                for (int k = 0; k < ms.Length; k++) ms[k] = (most - _outputs[from + k]) * perUnit;
                UserAction action = _actions.Users[u].Actions[_joint.Served(u)[i]];
                options.Add(new("", _own ? action.Node : UserOption.Own, ImmutableArray.Create(ms), action.Accuracy));
            }

            users.Add(new("", options.MoveToImmutable()));
        }

        return new(_own ? _actions.Nodes : [], users.MoveToImmutable()) { MinMeanAccuracy = goal.MinMean, MsPerMissingAccuracy = goal.MsPerMissing };
    }

    private void Activate(Known state)
    {
        if (state.Version == _version) return;
        _network.Hidden(state.Features, state.First, state.Second);
        state.SquaredLength = TensorPrimitives.SumOfSquares<float>(state.Second);
        state.Version = _version;
    }

    private Known Recall(SystemState state) => _known[RecallNumber(state)];

    private int RecallNumber(SystemState state)
    {
        int number = _states.Add(state);
        if (number == _known.Count) AddKnown(number);
        return number;
    }

    private int RecallNumber(ReadOnlySpan<byte> levels)
    {
        int number = _states.Add(levels);
        if (number == _known.Count) AddKnown(number);
        return number;
    }

    private void AddKnown(int number)
    {
        Known known = new(_states.Length, _network.Second);
        _states.Features<float>(_states[number], known.Features);
        _known.Add(known);
    }

    // Keeps only the states that are remembered steps.
    private void ForgetStates()
    {
        byte[][] before = [.. _before.Take(_remembered).Select(n => _states[n].ToArray())], after = [.. _after.Take(_remembered).Select(n => _states[n].ToArray())];
        _states.Clear();
        _known.Clear();
        for (int i = 0; i < _remembered; i++)
        {
            _before[i] = RecallNumber(before[i]);
            _after[i] = RecallNumber(after[i]);
        }
    }

    private void MeasureRows()
    {
        _longestRow = 0;
        _version++;
        _targetVersion++;
        if (_outputs.Length <= ScanAll) return;
        for (int i = 0; i < _outputs.Length; i++) _longestRow = Math.Max(_longestRow, TensorPrimitives.Norm<float>(_network.Row(i)));
    }

    // A state that was met, and what the networks say of it.
    private sealed class Known(int inputs, int hidden)
    {
        public float[] Features { get; } = new float[inputs];

        public float[] First { get; } = new float[hidden];

        public float[] Second { get; } = new float[hidden];

        public float SquaredLength { get; set; }

        public long Version { get; set; } = -1;

        public long TargetVersion { get; set; } = -1;

        public float TargetBest { get; set; }

        // Its place among the states of a batch; −1 if it is not in it.
        public int Slope { get; set; } = -1;

        public int[]? Best { get; set; }

        public float[]? SecondThen { get; set; }

        public float LeastThen { get; set; }

        public bool AllThen { get; set; }

        public long TouchesThen { get; set; }

        public void Forget()
        {
            Version = -1;
            TargetVersion = -1;
            Best = null;
        }
    }
}
