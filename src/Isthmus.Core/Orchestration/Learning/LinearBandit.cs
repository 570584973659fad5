using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// A contextual bandit with linear delays (μLinUCB of ANS, Zhang et al., WWW 2021), extended from one user to many. As there, an action's delay is the known or learned time on the device
/// plus xᵀθ − α·√((1 − L)·xᵀA⁻¹x), of a context x of what the action is made of; and now and then a user is made to use a node. Beyond it: one θ for each node is shared by all its users; x
/// has how many use the node, as a piecewise linear function; and the joint action is the exact optimum of all users' optimistic delays under the wanted accuracy.
/// </summary>
public sealed class LinearBandit : ILearner
{
    private const int Terms = 3;

    private readonly ActionSpace _actions;
    private readonly LinearBanditOptions _options;
    private readonly Func<JointProblem, JointDecision?> _search;
    private readonly int _users;
    private readonly int[] _knots;
    private readonly RidgeRegression[] _nodes;
    private readonly RidgeRegression[] _devices;
    private readonly bool[] _key;
    private readonly double[] _x;
    private readonly double[] _one = new double[1];
    private readonly int[] _counts;
    private long _horizon;
    private long _step;

    /// <summary>A learner that knows nothing.</summary>
    /// <param name="actions">What users may do.</param>
    /// <param name="options">How it learns.</param>
    /// <exception cref="IsthmusException">A number is out of its range, or the wanted accuracy cannot be had.</exception>
    public LinearBandit(ActionSpace actions, LinearBanditOptions options)
    {
        ArgumentNullException.ThrowIfNull(actions);
        ArgumentNullException.ThrowIfNull(options);
        actions.Validate();
        options.Validate(actions.Users.Length);
        _ = new JointActions(actions, new(options.Goal, 1, AccuracyRule.Known));
        _actions = actions;
        _options = options;
        _users = actions.Users.Length;
        _search = options.Search ?? new ExactOrFast(_users).Solve;
        List<int> knots = [];
        for (int k = 1; k < _users; k = k < 8 ? k + 1 : k * 2) knots.Add(k);
        knots.Add(_users);
        _knots = [.. knots];
        _x = new double[Terms + _knots.Length];
        _nodes = [.. actions.Nodes.Select(_ => new RidgeRegression(new double[_x.Length], options.Ridge))];
        _devices = [.. actions.Users.Select(_ => new RidgeRegression([1], options.Ridge))];
        _key = new bool[_users];
        foreach (int u in options.KeyUsers) _key[u] = true;
        _counts = new int[actions.Nodes.Length];
        _horizon = options.Horizon;
    }

    /// <inheritdoc/>
    public string Name => "linucb";

    /// <summary>Restores what <see cref="Save"/> made.</summary>
    /// <param name="actions">The same action space.</param>
    /// <param name="options">How it goes on learning.</param>
    /// <param name="saved">What was saved.</param>
    /// <exception cref="IsthmusException">It is damaged, or was learned for something else.</exception>
    public static LinearBandit Restore(ActionSpace actions, LinearBanditOptions options, JsonObject saved)
    {
        LinearBandit learner = new(actions, options);
        SavedFields.Check(saved, learner.Name, actions);
        learner._step = SavedFields.Integer(saved, "step", 0, long.MaxValue);
        learner._horizon = SavedFields.Integer(saved, "horizon", 1, long.MaxValue / 2);
        int i = 0;
        foreach (RidgeRegression regression in learner._nodes.Concat(learner._devices))
        {
            SavedFields.Array<double>(saved, $"a{i}", regression.A.Length).CopyTo(regression.A, 0);
            SavedFields.Array<double>(saved, $"b{i}", regression.B.Length).CopyTo(regression.B, 0);
            regression.SquaredErrors = SavedFields.Number(saved, $"squared{i}", 0, double.MaxValue);
            regression.Count = SavedFields.Number(saved, $"count{i}", 0, double.MaxValue);
            int n = regression.Length;
            for (int r = 0; r < n; r++)
            {
                for (int c = 0; c < r; c++)
                {
                    if (regression.A[(r * n) + c] != regression.A[(c * n) + r]) throw SavedFields.Wrong("a matrix is not symmetric");
                }
            }

            if (!regression.Refresh()) throw SavedFields.Wrong("a matrix has no positive diagonal");
            i++;
        }

        return learner;
    }

    /// <inheritdoc/>
    public void Choose(SystemState state, Span<int> choices)
    {
        int forced = -1;
        if (_options.ForcedPower is { } power)
        {
            long every = Math.Max(1, (long)Math.Ceiling(Math.Pow(_horizon, power)));
            if (_step % every == every - 1) forced = (int)(_step / every % _users);
        }

        Plan(state, choices, optimistic: true, forced);
    }

    /// <inheritdoc/>
    public void ChooseBest(SystemState state, Span<int> choices) => Plan(state, choices, optimistic: false, forced: -1);

    /// <inheritdoc/>
    public void Learn(SystemState before, ReadOnlySpan<int> choices, ReadOnlySpan<double> responseMs, SystemState after)
    {
        ArgumentNullException.ThrowIfNull(before);
        _step++;
        if (_step > _horizon && _horizon < long.MaxValue / 4) _horizon *= 2;
        _actions.Count(choices, _counts);
        for (int u = 0; u < _users; u++)
        {
            UserAction action = _actions.Users[u].Actions[choices[u]];
            double ms = responseMs[u] is >= 0 and < double.PositiveInfinity ? responseMs[u] : _options.LostMs, device = action.DeviceMs / before.Users[u].Cpu;
            if (action.Node < 0)
            {
                _one[0] = device;
                if (!_options.DeviceKnown) _devices[u].Add(_one, ms, _options.Memory);
                continue;
            }

            Context(before, u, action, _counts[action.Node]);
            _nodes[action.Node].Add(_x, ms - Device(u, device), _options.Memory);
        }
    }

    /// <inheritdoc/>
    public JsonObject Save()
    {
        JsonObject saved = SavedFields.Begin(Name, _actions);
        saved["step"] = _step;
        saved["horizon"] = _horizon;
        int i = 0;
        foreach (RidgeRegression regression in _nodes.Concat(_devices))
        {
            saved[$"a{i}"] = SavedFields.Array<double>(regression.A);
            saved[$"b{i}"] = SavedFields.Array<double>(regression.B);
            saved[$"squared{i}"] = regression.SquaredErrors;
            saved[$"count{i}"] = regression.Count;
            i++;
        }

        return saved;
    }

    private void Plan(SystemState state, Span<int> choices, bool optimistic, int forced)
    {
        ArgumentNullException.ThrowIfNull(state);
        JointDecision? decision = forced >= 0 && _actions.Users[forced].Actions.Any(a => a.Node >= 0) ? _search(Problem(state, optimistic, forced)) : null;
        decision ??= _search(Problem(state, optimistic, -1));
        for (int u = 0; u < _users; u++)
        {
            choices[u] = decision is not null ? decision.Choices[u] : MostAccurate(u);
        }

        int MostAccurate(int user) => Enumerable.Range(0, _actions.Users[user].Actions.Length).MaxBy(a => _actions.Users[user].Actions[a].Accuracy);
    }

    private JointProblem Problem(SystemState state, bool optimistic, int forced)
    {
        ImmutableArray<User>.Builder users = ImmutableArray.CreateBuilder<User>(_users);
        for (int u = 0; u < _users; u++)
        {
            UserMenu menu = _actions.Users[u];
            double bonus = optimistic ? _options.Alpha * Math.Sqrt(1 - (_key[u] ? _options.KeyWeight : _options.OrdinaryWeight)) : 0;
            ImmutableArray<UserOption>.Builder options = ImmutableArray.CreateBuilder<UserOption>(menu.Actions.Length);
            foreach (UserAction action in menu.Actions)
            {
                double device = action.DeviceMs / state.Users[u].Cpu, front = Device(u, device);
                double[] ms;
                if (action.Node < 0)
                {
                    ms = [front];
                    if (bonus > 0 && !_options.DeviceKnown)
                    {
                        _one[0] = device;
                        ms[0] -= bonus * Spread(_devices[u]) * Math.Sqrt(_devices[u].Width(_one));
                    }

                    // Who is forced to a node may not stay: any other joint decision is better than this one.
                    if (u == forced) ms[0] = Forbidden;
                }
                else
                {
                    RidgeRegression node = _nodes[action.Node];
                    double spread = Spread(node);
                    ms = new double[_users];
                    for (int k = 1; k <= _users; k++)
                    {
                        Context(state, u, action, k);
                        ms[k - 1] = front + node.Predict(_x) - (bonus > 0 ? bonus * spread * Math.Sqrt(node.Width(_x)) : 0);
                    }
                }

                for (int k = 0; k < ms.Length; k++) ms[k] = Math.Clamp(ms[k], 0, Forbidden);
                options.Add(new(action.Name, action.Node, ImmutableArray.Create(ms), action.Accuracy));
            }

            users.Add(new(menu.Name, options.MoveToImmutable()) { MinAccuracy = menu.MinAccuracy });
        }

        return new(_actions.Nodes, users.MoveToImmutable()) { MinMeanAccuracy = _options.Goal.MinMean, MsPerMissingAccuracy = _options.Goal.MsPerMissing };
    }

    private const double Forbidden = 1e9;

    private double Device(int user, double device)
    {
        if (_options.DeviceKnown) return device;
        _one[0] = device;
        return Math.Max(0, _devices[user].Predict(_one));
    }

    // The standard deviation of what could not be predicted; the assumed one counts as one observation.
    private double Spread(RidgeRegression regression) => Math.Sqrt((regression.SquaredErrors + (_options.FirstSpreadMs * _options.FirstSpreadMs)) / (regression.Count + 1));

    // What an action on a node is made of: a constant, the round trip and the transfer in milliseconds as reported, and the work on the node in milliseconds as the menu has it, over the free
    // share of its processor, in a place for the number of its users: between two places it is shared.
    private void Context(SystemState state, int user, UserAction action, int sharing)
    {
        ref readonly UserCondition device = ref state.Users[user];
        ref readonly NodeCondition node = ref state.Nodes[action.Node];
        Array.Clear(_x);
        _x[0] = 1;
        _x[1] = device.RttMs + node.RttMs;
        _x[2] = action.Bytes * 8 / (Math.Min(device.Mbps, node.Mbps) * 1000);
        double work = action.NodeMs / node.Cpu;
        int at = 0;
        while (_knots[at] < sharing) at++;
        if (at == 0)
        {
            _x[Terms] = work;
            return;
        }

        double share = (double)(_knots[at] - sharing) / (_knots[at] - _knots[at - 1]);
        _x[Terms + at - 1] = work * share;
        _x[Terms + at] = work * (1 - share);
    }
}
