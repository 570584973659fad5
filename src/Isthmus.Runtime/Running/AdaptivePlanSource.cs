using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>
/// The best plan for each picture as links and load are. A plan whose segments are loaded everywhere is used from the very next picture on; for
/// another one they are loaded first, while the plan before it serves.
/// </summary>
public sealed class AdaptivePlanSource : IPlanSource, IAsyncDisposable
{
    private readonly Adaptation _adaptation;
    private readonly Pipeline _pipeline;
    private readonly LinkMonitor? _monitor;
    private readonly SessionWarmer? _warmer;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Task _background = Task.CompletedTask;
    private Plan? _active;
    private Task? _warming;
    private Plan? _next;
    private long _switches;
    private long _ready;

    /// <summary>Creates the source.</summary>
    /// <param name="adaptation">Decides.</param>
    /// <param name="pipeline">Carries the plans out, and makes them ready.</param>
    /// <param name="monitor">Looks after unused links while pictures are classified; null for none.</param>
    /// <param name="warmer">Keeps likely plans ready while pictures are classified; null for none.</param>
    public AdaptivePlanSource(Adaptation adaptation, Pipeline pipeline, LinkMonitor? monitor, SessionWarmer? warmer = null)
    {
        ArgumentNullException.ThrowIfNull(adaptation);
        ArgumentNullException.ThrowIfNull(pipeline);
        _adaptation = adaptation;
        _pipeline = pipeline;
        _monitor = monitor;
        _warmer = warmer;
    }

    /// <summary>The decisions so far.</summary>
    public IReadOnlyList<AdaptationDecision> Log => _adaptation.Log;

    /// <summary>How switches went so far.</summary>
    public SwitchCounters Switches => new(Interlocked.Read(ref _switches), Interlocked.Read(ref _ready), _warmer?.Declined ?? 0);

    /// <inheritdoc/>
    public async ValueTask<PlanChoice> NextAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            AdaptationDecision decision = _adaptation.Decide();
            if (_active is null)
            {
                await _pipeline.WarmAsync(decision.Plan, onNodes: true, cancellationToken);
                _active = decision.Plan;
                _background = Task.Run(() => BackgroundAsync(_stop.Token), CancellationToken.None);
            }
            else if (decision.Plan != _active)
            {
                await ChangeAsync(decision, cancellationToken);
            }

            bool current = _active == decision.Plan;
            Milliseconds? predicted = current ? decision.Predicted : _adaptation.Predict(_active)?.Total;
            return new(_active, current ? _adaptation.Why : $"{decision.Plan} is being made ready.", predicted) { Patience = _adaptation.Patience(predicted, decision.BestMs) };
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <inheritdoc/>
    public void Observe(ImageAnswer answer) => _adaptation.Observe(answer);

    /// <summary>Ends what runs in the background.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _background;
        if (_warming is not null) await _warming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _gate.Dispose();
    }

    private async Task ChangeAsync(AdaptationDecision decision, CancellationToken cancellationToken)
    {
        if (PlanParts.DifferInPartOnly(decision.Plan, _active!))
        {
            // The same segments: nothing to make ready, and no switch.
            _active = decision.Plan;
            return;
        }

        if (_pipeline.IsReady(decision.Plan))
        {
            // Ready because it was waited for is not ready.
            if (_warming is null || _next != decision.Plan) _ready++;
            else if (_warming.IsCompleted) _warming = null;
            Use(decision.Plan);
            return;
        }

        if (_next != decision.Plan || _warming is null)
        {
            _next = decision.Plan;
            _warming = _pipeline.WarmAsync(decision.Plan, onNodes: true, _stop.Token);
        }

        // The plan before is of no use when a node of it is excluded: every picture would go the long way round.
        bool useless = _active!.Segments.Any(s => s.Tier != Tier.Device && _pipeline.Tiers.Node(s.Node).Breaker.IsOpen);
        if (useless) await _warming.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_warming.IsCompleted) return;
        // A plan that cannot be made ready is no reason to lose a picture: the one before it goes on.
        if (_warming.IsCompletedSuccessfully) Use(_next);
        _warming = null;
    }

    private void Use(Plan plan)
    {
        _switches++;
        _active = plan;
    }

    private async Task BackgroundAsync(CancellationToken cancellationToken)
    {
        Task warming = _warmer?.RunAsync(cancellationToken) ?? Task.CompletedTask;
        try
        {
            if (_monitor is not null) await _monitor.RunAsync(cancellationToken);
        }
        finally
        {
            await warming;
        }
    }
}
