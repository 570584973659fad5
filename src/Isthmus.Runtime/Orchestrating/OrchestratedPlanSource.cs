using System.Collections.Immutable;
using System.Threading.Channels;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>
/// Plans as an orchestrator says. It is asked and told in the background; a request waits for it a few milliseconds at most, and goes on with the last plan if it is gone, slow, or says
/// what cannot be. Whatever it says, only plans of the own menu are carried out, and not for long if the own device alone would be much faster. Thread-safe.
/// </summary>
public sealed class OrchestratedPlanSource : IPlanSource, IAsyncDisposable
{
    private const int MaxWrong = 3;
    private const int MaxText = 300;

    private readonly OrchestratorClient _client;
    private readonly string _user;
    private readonly UserRegistration _registration;
    private readonly string _menu;
    private readonly ImmutableArray<Plan> _plans;
    private readonly Dictionary<Plan, int> _positions;
    private readonly IPlanCarrier _carrier;
    private readonly OrchestrationOptions _options;
    private readonly TimeProvider _clock;
    private readonly int _safe;
    private readonly Channel<Work> _work;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Queue<(PlanAdvice Advice, long When)> _fresh = new();
    private readonly Dictionary<int, Task> _warming = [];
    private readonly AdviceTrust _trust;
    private TaskCompletionSource _arrival = NewArrival();
    private Task? _running;
    private PlanAdvice? _last;
    private int _active = -1;
    private int _waiting;
    private int _outstanding;
    private bool _isThere;
    private bool _isPrompt;
    private int _wrongInARow;
    private string? _problem;
    private double _waitedMs;
    private long _requests;
    private long _advised;
    private long _repeated;
    private long _shed;
    private long _overruled;
    private long _slow;
    private long _wrong;
    private long _gone;
    private long _reports;
    private long _unreported;

    /// <summary>Creates the source; it registers with the first request.</summary>
    /// <param name="client">The orchestrator's client; the caller disposes it afterwards.</param>
    /// <param name="user">The name under which to register.</param>
    /// <param name="registration">The menu.</param>
    /// <param name="plans">The plan of each action of the menu.</param>
    /// <param name="carrier">Who carries them out.</param>
    /// <param name="options">Times and counts; null for the defaults.</param>
    /// <exception cref="IsthmusException">The menu is none, or not the plans'; a name or option cannot be used.</exception>
    public OrchestratedPlanSource(
        OrchestratorClient client, string user, UserRegistration registration, ImmutableArray<Plan> plans, IPlanCarrier carrier, OrchestrationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(registration);
        ArgumentNullException.ThrowIfNull(carrier);
        _options = options ?? OrchestrationOptions.Default;
        _options.Validate();
        registration.Validate();
        if (plans.Length != registration.Actions.Length) throw new IsthmusException(ErrorKind.Usage, "Each action of a menu stands for a plan.");
        _client = client;
        _user = OrchestrationLimits.Name(user, "user");
        _registration = registration;
        _menu = registration.MenuId();
        _plans = plans;
        _positions = [];
        for (int a = 0; a < plans.Length; a++) _positions.TryAdd(plans[a], a);
        _carrier = carrier;
        _clock = _options.Clock;
        // Without a safe action, the first of the menu is what there is.
        _safe = Math.Max(0, registration.Safe());
        _trust = new(_options);
        _work = Channel.CreateBounded<Work>(
            new BoundedChannelOptions(_options.MaxWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            Drop);
    }

    /// <summary>How it went so far.</summary>
    public OrchestrationSummary Summary
    {
        get
        {
            lock (_lock)
            {
                return new(
                    _client.Url, _user, _plans.Length, _requests, _advised, _repeated, _shed, _overruled, _slow, _wrong, _gone, _trust.Lost, _reports, _unreported,
                    _requests == 0 ? 0 : Math.Round(_waitedMs / _requests, 3), _isThere, _problem, _last?.Conflict);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask<PlanChoice> NextAsync(CancellationToken cancellationToken)
    {
        if (_running is null) await StartAsync(cancellationToken);
        long began = _clock.GetTimestamp();
        PlanAdvice? advice = await AdviceAsync(began, cancellationToken);
        int action;
        bool isUseless;
        string why;
        lock (_lock)
        {
            _requests++;
            _waitedMs += _clock.GetElapsedTime(began).TotalMilliseconds;
            (action, why) = Choose(advice);
            // The plan before is of no use when its node is excluded.
            isUseless = _active >= 0 && !_carrier.IsPossible(_plans[_active]);
        }

        if (action != _active && !_carrier.IsReady(_plans[action]))
        {
            Task warming = Warm(action);
            int meanwhile = isUseless || _active < 0 ? _safe : _active;
            if (meanwhile == action || !_carrier.IsReady(_plans[meanwhile]))
            {
                // Nothing is ready: wait, as without an orchestrator.
                await warming.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                cancellationToken.ThrowIfCancellationRequested();
            }
            else if (!warming.IsCompleted)
            {
                why = $"{_plans[action]} is being made ready.";
                action = meanwhile;
                lock (_lock) _overruled++;
            }
        }

        lock (_lock) _active = action;
        return new(_plans[action], why, _carrier.Predict(_plans[action])) { Patience = _carrier.Patience(_plans[action]) };
    }

    /// <inheritdoc/>
    public void Observe(ImageAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _carrier.Observe(answer);
        if (!_positions.TryGetValue(answer.Plan, out int action)) return;
        double ms = answer.Times.Total.Value;
        if (OwnMs(action) is { } own)
        {
            lock (_lock)
            {
                _trust.Add(ms, own);
                if (!_trust.IsTrusted && _problem is null) _problem = "What the orchestrator advised took much longer than the own device would.";
            }
        }

        Send(new(_menu, action, Math.Clamp(ms, 0, OrchestrationLimits.MaxMs)) { Fallback = answer.Fallback is not null });
    }

    /// <inheritdoc/>
    public void Lost(PlanChoice choice, IsthmusException error)
    {
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentNullException.ThrowIfNull(error);
        // A damaged picture says nothing of the plan.
        if (error.Kind == ErrorKind.Node && _positions.TryGetValue(choice.Plan, out int action)) Send(new(_menu, action, 0) { Lost = true });
    }

    /// <summary>Sends what is left, leaves, and ends what runs in the background.</summary>
    public async ValueTask DisposeAsync()
    {
        _work.Writer.TryComplete();
        if (_running is { } running)
        {
            using CancellationTokenSource patience = new(_options.Timeout, _clock);
            if (_isThere) await running.WaitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _stop.CancelAsync();
            await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            try
            {
                if (_isThere) await _client.LeaveAsync(_user, patience.Token);
            }
            catch (Exception e) when (e is IsthmusException or OperationCanceledException)
            {
                // It will notice by itself.
            }

            await Task.WhenAll(_warming.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _stop.Dispose();
    }

    private async Task StartAsync(CancellationToken cancellationToken)
    {
        // What the run falls back on must be ready before the first request.
        await _carrier.WarmAsync(_plans[_safe], cancellationToken);
        lock (_lock)
        {
            if (_running is not null) return;
            _isPrompt = true;
            _outstanding = 1;
            _running = Task.Run(() => RunAsync(_stop.Token), CancellationToken.None);
        }
    }

    // An advice that nobody has used yet, if one comes in time.
    private async ValueTask<PlanAdvice?> AdviceAsync(long began, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task arrival;
            lock (_lock)
            {
                if (TakeFresh() is { } fresh) return fresh;
                // The very first may take longer: a connection is made.
                bool mayWait = (_isThere && _isPrompt) || (_last is null && _gone == 0);
                TimeSpan left = (_last is null ? _options.Timeout : _options.Patience) - _clock.GetElapsedTime(began);
                if (!mayWait || left <= TimeSpan.Zero)
                {
                    if (mayWait) (_slow, _isPrompt, _problem) = (_slow + 1, false, $"The orchestrator did not answer within {_options.Patience.TotalMilliseconds:0} ms.");
                    if (_isThere && _outstanding == 0) Ask();
                    return null;
                }

                _waiting++;
                if (_outstanding < _waiting) Ask();
                arrival = _arrival.Task;
            }

            try
            {
                TimeSpan rest = (_last is null ? _options.Timeout : _options.Patience) - _clock.GetElapsedTime(began);
                if (rest > TimeSpan.Zero) await Task.WhenAny(arrival, Task.Delay(rest, _clock, cancellationToken));
                cancellationToken.ThrowIfCancellationRequested();
            }
            finally
            {
                lock (_lock) _waiting--;
            }
        }
    }

    // Under the lock.
    private PlanAdvice? TakeFresh()
    {
        while (_fresh.TryDequeue(out (PlanAdvice Advice, long When) fresh))
        {
            if (_clock.GetElapsedTime(fresh.When).TotalMilliseconds <= fresh.Advice.ValidMs) return fresh.Advice;
        }

        return null;
    }

    // Under the lock.
    private (int Action, string Why) Choose(PlanAdvice? advice)
    {
        int action;
        string why;
        if (advice is not null)
        {
            _advised++;
            if (advice.Shed) _shed++;
            _last = advice;
            action = advice.Action ?? _safe;
            why = advice.Why;
        }
        else
        {
            _repeated++;
            // A shed request's safe action was for that request.
            action = _last is { Shed: false, Action: { } last } ? last : _active >= 0 ? _active : _safe;
            why = _isThere ? "The orchestrator has not answered in time: the last plan." : $"The orchestrator is gone: the last plan. {_problem}";
        }

        if (action != _safe && !_trust.IsTrusted)
        {
            _overruled++;
            return (Own(action) ?? _safe, "What the orchestrator advised took much longer than the own device would: it is not believed for a while.");
        }

        if (action != _safe && !_carrier.IsPossible(_plans[action]))
        {
            _overruled++;
            return (_safe, "A node of the plan does not answer: the safe plan.");
        }

        return (action, why);
    }

    // What is expected to be the fastest on the own device that is as accurate.
    private int? Own(int action)
    {
        int? best = null;
        for (int a = 0; a < _plans.Length; a++)
        {
            OfferedAction own = _registration.Actions[a];
            if (own.Node is null && own.Accuracy >= _registration.Actions[action].Accuracy - 1e-9 && (best is null || own.DeviceMs < _registration.Actions[best.Value].DeviceMs)) best = a;
        }

        return best;
    }

    private double? OwnMs(int action) =>
        _registration.Actions[action].Node is not null && Own(action) is { } own ? _carrier.Predict(_plans[own])?.Value ?? _registration.Actions[own].DeviceMs : null;

    private Task Warm(int action)
    {
        lock (_lock)
        {
            if (_warming.TryGetValue(action, out Task? known) && !known.IsCompleted) return known;
            return _warming[action] = Task.Run(() => _carrier.WarmAsync(_plans[action], _stop.Token), CancellationToken.None);
        }
    }

    // Under the lock.
    private void Ask()
    {
        _outstanding++;
        if (!_work.Writer.TryWrite(new(null, _clock.GetTimestamp()))) _outstanding--;
    }

    private void Send(RequestOutcome outcome)
    {
        lock (_lock)
        {
            _outstanding++;
            if (!_work.Writer.TryWrite(new(outcome, _clock.GetTimestamp()))) Drop(new(outcome, 0));
        }
    }

    private void Drop(Work work)
    {
        lock (_lock)
        {
            _outstanding--;
            if (work.Outcome is not null) _unreported++;
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        bool registered = false, isFirst = true;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (!registered)
                {
                    long began = _clock.GetTimestamp();
                    try
                    {
                        PlanAdvice advice = await CallAsync(token => _client.RegisterAsync(_user, _registration with { Device = _carrier.Device() }, token), cancellationToken);
                        registered = true;
                        Arrived(advice, began, isAnswer: false);
                    }
                    finally
                    {
                        // The first registration is an answer that the first request waits for.
                        if (isFirst)
                        {
                            lock (_lock) _outstanding--;
                        }

                        isFirst = false;
                    }
                }

                if (!await _work.Reader.WaitToReadAsync(cancellationToken)) return;
                if (!_work.Reader.TryRead(out Work work)) continue;
                if (_clock.GetElapsedTime(work.When) > (work.Outcome is null ? _options.Timeout : _options.StaleReport))
                {
                    Drop(work);
                    continue;
                }

                registered = await DoAsync(work, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (IsthmusException e)
            {
                registered = false;
                Gone(e.Message);
                await Task.Delay(_options.Retry, _clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<bool> DoAsync(Work work, CancellationToken cancellationToken)
    {
        bool done = false;
        try
        {
            long began = _clock.GetTimestamp();
            DeviceReport device = _carrier.Device();
            PlanAdvice advice = await CallAsync(
                token => work.Outcome is { } outcome ? _client.ReportAsync(_user, outcome with { Device = device }, token) : _client.AskAsync(_user, new(_menu) { Device = device }, token), cancellationToken);
            done = true;
            lock (_lock)
            {
                if (work.Outcome is not null) _reports++;
                _outstanding--;
            }

            Arrived(advice, began, isAnswer: true);
            return true;
        }
        catch (NodeException e) when (e.Failure == NodeFailure.Unknown)
        {
            // It was started anew, or has forgotten this user: register again, at once.
            return false;
        }
        catch (NodeException e) when (e.Failure == NodeFailure.Busy)
        {
            lock (_lock) _problem = Clean(e.Message);
            return true;
        }
        finally
        {
            if (!done) Drop(work);
        }
    }

    private async Task<PlanAdvice> CallAsync(Func<CancellationToken, Task<PlanAdvice>> call, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(_options.Timeout, _clock);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new NodeException(NodeFailure.Timeout, _client.Url, $"The orchestrator {_client.Url.Authority} did not answer within {_options.Timeout.TotalSeconds:0.##} s.");
        }
    }

    private void Arrived(PlanAdvice advice, long began, bool isAnswer)
    {
        lock (_lock)
        {
            bool isWrong = advice.Menu != _menu || (advice.Action is { } action && (action < 0 || action >= _plans.Length)) || !(advice.ValidMs is >= 0 and <= OrchestrationLimits.MaxMs);
            if (isWrong)
            {
                _wrong++;
                _problem = "The orchestrator answered what is no plan of this menu.";
                if (++_wrongInARow >= MaxWrong)
                {
                    _wrongInARow = 0;
                    throw new NodeException(NodeFailure.Garbled, _client.Url, _problem);
                }

                return;
            }

            _wrongInARow = 0;
            _isThere = true;
            // A first connection takes its time, and says nothing of the answers after it.
            _isPrompt = !isAnswer || _clock.GetElapsedTime(began) <= _options.Patience;
            while (_fresh.Count >= _options.MaxWaiting) _fresh.Dequeue();
            _fresh.Enqueue((advice with { Why = Clean(advice.Why), Conflict = advice.Conflict is { } conflict ? Clean(conflict) : null }, _clock.GetTimestamp()));
            Signal();
        }
    }

    private void Gone(string why)
    {
        lock (_lock)
        {
            if (_isThere || _gone == 0) _gone++;
            (_isThere, _isPrompt) = (false, false);
            _problem = Clean(why);
            Signal();
        }
    }

    private void Signal()
    {
        TaskCompletionSource arrival = _arrival;
        _arrival = NewArrival();
        arrival.TrySetResult();
    }

    private static TaskCompletionSource NewArrival() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    // What somebody else wrote ends up on a terminal.
    private static string Clean(string? text) => new([.. (text ?? "").Where(c => !char.IsControl(c)).Take(MaxText)]);

    private readonly record struct Work(RequestOutcome? Outcome, long When);
}
