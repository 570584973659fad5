using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>
/// Users whose requests come when they come: a step is an interval of simulated time in which each user's requests do what the joint action says. Devices and nodes serve what they have by
/// processor sharing, what is not done is carried over, and links delay. Reports every request's time. Not thread-safe.
/// </summary>
/// <remarks>
/// A request waits on the device, is under way for the round trip and the transfer (a link is not shared), and waits on the node; alone, that is what the <see cref="SystemModel"/> expects. What
/// a request has begun it ends, whatever the next step's joint action is.
/// </remarks>
public sealed class ArrivalEnvironment : IOrchestrationEnvironment
{
    private static readonly ContentionCurve Alone = ContentionCurve.TakingTurns(1);

    private readonly SystemModel _model;
    private readonly ArrivalOptions _options;
    private readonly int _users;
    private readonly int[] _menus;
    private readonly SeededRandom _random;
    private readonly ConditionChains _chains;
    private readonly EventClock _clock;
    private readonly SharedProcessor[] _machines;
    private readonly WaitingLine _underWay = new();
    private readonly bool[] _on;
    private readonly double[] _nextRequest;
    private readonly double[] _nextSwitch;
    private readonly int[] _pending;
    private readonly double[] _sums;
    private readonly int[] _done;
    private readonly ResponseStatistics[] _perUser;
    private readonly int[] _choices;
    private Request[] _requests = new Request[16];
    private int[] _free = new int[16];
    private int _freeCount;
    private int _known;
    private double _now;

    /// <summary>Begins a simulation at time 0, with nothing under way.</summary>
    /// <param name="model">What requests take if they are alone, and how nodes are shared.</param>
    /// <param name="options">When requests come, and how users and nodes are over time.</param>
    /// <exception cref="IsthmusException">A number is out of its range.</exception>
    public ArrivalEnvironment(SystemModel model, ArrivalOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        SimulatedEnvironment.Check(model);
        options.Validate(model.Actions);
        _model = model;
        _options = options;
        _users = model.Actions.Users.Length;
        _menus = [.. model.Actions.Users.Select(u => u.Actions.Length)];
        State = new(_users, model.Actions.Nodes.Length);
        _random = new(options.Seed);
        _chains = new(options.Users, options.Nodes, State, new(~options.Seed));
        _machines = [.. model.Actions.Users.Select(_ => new SharedProcessor(Alone)), .. model.Contention.Select(c => new SharedProcessor(c))];
        _on = new bool[_users];
        _nextRequest = new double[_users];
        _nextSwitch = new double[_users];
        _pending = new int[_users];
        _sums = new double[_users];
        _done = new int[_users];
        _choices = new int[_users];
        _perUser = [.. model.Actions.Users.Select(_ => new ResponseStatistics())];

        // Sources of events: each user, each machine, and the links.
        _clock = new(_users + _machines.Length + 1);
        for (int u = 0; u < _users; u++)
        {
            ArrivalProcess process = options.Arrivals[u];
            _on[u] = !process.Bursty || _random.NextDouble() < process.OnMs / (process.OnMs + process.OffMs);
            _nextSwitch[u] = process.Bursty ? _random.NextExponential() * (_on[u] ? process.OnMs : process.OffMs) : double.PositiveInfinity;
            DrawRequest(u);
        }

        SetSpeeds();
    }

    /// <inheritdoc/>
    public ActionSpace Actions => _model.Actions;

    /// <inheritdoc/>
    public SystemState State { get; }

    /// <summary>The simulated time in milliseconds.</summary>
    public double NowMs => _now;

    /// <summary>The times of all requests that were answered.</summary>
    public ResponseStatistics Responses { get; } = new();

    /// <summary>The times of each user's requests that were answered.</summary>
    public ImmutableArray<ResponseStatistics> PerUser => [.. _perUser];

    /// <summary>Jain's index over the users' mean response times: 1 if all are equal.</summary>
    public double Fairness => ResponseStatistics.Jain(_perUser.Select(p => p.MeanMs));

    /// <summary>Requests that came.</summary>
    public long Arrived { get; private set; }

    /// <summary>Requests that were lost because too many of the user's were under way.</summary>
    public long Lost { get; private set; }

    /// <summary>Requests that are under way.</summary>
    public int Pending => _known - _freeCount;

    internal IReadOnlyList<SharedProcessor> Machines => _machines;

    /// <inheritdoc/>
    public ValueTask StepAsync(ReadOnlyMemory<int> choices, Memory<double> responseMs, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Step(choices.Span, responseMs.Span);
        return ValueTask.CompletedTask;
    }

    /// <summary>Simulates an interval.</summary>
    /// <param name="choices">The position of each user's action, for the requests that come in this interval.</param>
    /// <param name="responseMs">
    /// Is overwritten: the mean response time of each user's requests that were answered in this interval; if there are none, how long the oldest one is under way; NaN if there is none of
    /// either.
    /// </param>
    /// <exception cref="IsthmusException">There are not as many choices or times as users, or a choice is in no menu.</exception>
    public void Step(ReadOnlySpan<int> choices, Span<double> responseMs)
    {
        if (choices.Length != _users || responseMs.Length != _users) throw new IsthmusException(ErrorKind.Usage, $"A step takes {_users} choices, one of each user.");
        for (int u = 0; u < _users; u++)
        {
            if ((uint)choices[u] >= (uint)_menus[u]) throw new IsthmusException(ErrorKind.Usage, $"Choice {choices[u]} of user {u} is not in the menu of {_menus[u]} actions.");
        }

        choices.CopyTo(_choices);
        _sums.AsSpan().Clear();
        _done.AsSpan().Clear();
        double end = (State.Step + 1) * _options.IntervalMs;
        while (_clock.Time <= end)
        {
            _now = Math.Max(_now, _clock.Time);
            int source = _clock.Source;
            if (source < _users) UserEvent(source);
            else if (source < _users + _machines.Length) Served(source - _users);
            else Arrive();
        }

        _now = end;
        Report(responseMs);
        _chains.Advance();
        SetSpeeds();
    }

    /// <summary>Forgets the times, arrivals and losses so far, for a measurement after a warm-up; what is under way stays.</summary>
    public void ClearStatistics()
    {
        Responses.Clear();
        foreach (ResponseStatistics user in _perUser) user.Clear();
        Arrived = 0;
        Lost = 0;
    }

    private void UserEvent(int user)
    {
        ArrivalProcess process = _options.Arrivals[user];
        if (_nextSwitch[user] <= _nextRequest[user])
        {
            _on[user] = !_on[user];
            _nextSwitch[user] = _now + (_random.NextExponential() * (_on[user] ? process.OnMs : process.OffMs));
            DrawRequest(user);
            return;
        }

        DrawRequest(user);
        Arrived++;
        if (_pending[user] >= _options.MaxPending)
        {
            Lost++;
            return;
        }

        _pending[user]++;
        UserAction action = _model.Actions.Users[user].Actions[_choices[user]];
        double factor = _options.WorkSpread == 0 ? 1 : _random.NextGamma(1 / (_options.WorkSpread * _options.WorkSpread));
        int request = NewRequest();
        _requests[request] = new(user, action.Node, _now, action.NodeMs * factor, action.Bytes, true);
        if (action.DeviceMs > 0)
        {
            _machines[user].Add(_now, request, action.DeviceMs * factor);
            _clock.Set(_users + user, _machines[user].NextAt);
        }
        else
        {
            Leave(request);
        }
    }

    // Memoryless: the time to the next request may be drawn again whenever the user is switched.
    private void DrawRequest(int user)
    {
        double rate = _options.Arrivals[user].RateOn;
        _nextRequest[user] = _on[user] && rate > 0 ? _now + (_random.NextExponential() / rate) : double.PositiveInfinity;
        _clock.Set(user, Math.Min(_nextRequest[user], _nextSwitch[user]));
    }

    private void Served(int machine)
    {
        int request = _machines[machine].Take(_now);
        _clock.Set(_users + machine, _machines[machine].NextAt);
        if (machine < _users) Leave(request);
        else Finish(request);
    }

    // From the device: to the node, or done.
    private void Leave(int request)
    {
        ref readonly Request what = ref _requests[request];
        if (what.Node < 0)
        {
            Finish(request);
            return;
        }

        ref readonly UserCondition device = ref State.Users[what.User];
        ref readonly NodeCondition node = ref State.Nodes[what.Node];
        _underWay.Add(_now + device.RttMs + node.RttMs + (what.Bytes * 8 / (Math.Min(device.Mbps, node.Mbps) * 1000)), request);
        _clock.Set(_users + _machines.Length, _underWay.First);
    }

    private void Arrive()
    {
        int request = _underWay.Take();
        _clock.Set(_users + _machines.Length, _underWay.First);
        int machine = _users + _requests[request].Node;
        _machines[machine].Add(_now, request, _requests[request].NodeWork);
        _clock.Set(_users + machine, _machines[machine].NextAt);
    }

    private void Finish(int request)
    {
        ref Request what = ref _requests[request];
        double ms = _now - what.ArrivedAt;
        _sums[what.User] += ms;
        _done[what.User]++;
        _pending[what.User]--;
        Responses.Add(ms);
        _perUser[what.User].Add(ms);
        what = default;
        _free[_freeCount++] = request;
    }

    private int NewRequest()
    {
        if (_freeCount > 0) return _free[--_freeCount];
        if (_known == _requests.Length)
        {
            Array.Resize(ref _requests, _known * 2);
            Array.Resize(ref _free, _known * 2);
        }

        return _known++;
    }

    private void Report(Span<double> responseMs)
    {
        bool waiting = false;
        for (int u = 0; u < _users; u++)
        {
            responseMs[u] = _done[u] > 0 ? _sums[u] / _done[u] : double.NaN;
            waiting |= _done[u] == 0 && _pending[u] > 0;
        }

        if (!waiting) return;
        foreach (ref readonly Request request in _requests.AsSpan(0, _known))
        {
            if (!request.Pending || _done[request.User] > 0) continue;
            double age = _now - request.ArrivedAt;
            if (!(responseMs[request.User] >= age)) responseMs[request.User] = age;
        }
    }

    private void SetSpeeds()
    {
        for (int m = 0; m < _machines.Length; m++)
        {
            (double cpu, double memory) = m < _users ? (State.Users[m].Cpu, State.Users[m].Memory) : (State.Nodes[m - _users].Cpu, State.Nodes[m - _users].Memory);
            double speed = cpu / (memory < SystemModel.LowMemory ? _model.LowMemoryFactor : 1);
            if (speed == _machines[m].Speed) continue;
            _machines[m].SetSpeed(_now, speed);
            _clock.Set(_users + m, _machines[m].NextAt);
        }
    }

    private readonly record struct Request(int User, int Node, double ArrivedAt, double NodeWork, double Bytes, bool Pending);
}
