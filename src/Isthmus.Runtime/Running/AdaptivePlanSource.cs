using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>
/// The best plan for each picture as links and load are. A new plan is used once its segments are loaded on the device; until then
/// the one before it serves.
/// </summary>
public sealed class AdaptivePlanSource : IPlanSource, IAsyncDisposable
{
    private readonly Adaptation _adaptation;
    private readonly Pipeline _pipeline;
    private readonly LinkMonitor? _monitor;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _gate = new(1, 1);
    private Task _background = Task.CompletedTask;
    private Plan? _active;
    private Task? _warming;
    private Plan? _next;

    /// <summary>Creates the source.</summary>
    /// <param name="adaptation">Decides.</param>
    /// <param name="pipeline">Carries the plans out, and makes them ready.</param>
    /// <param name="monitor">Looks after unused links while pictures are classified; null for none.</param>
    public AdaptivePlanSource(Adaptation adaptation, Pipeline pipeline, LinkMonitor? monitor)
    {
        ArgumentNullException.ThrowIfNull(adaptation);
        ArgumentNullException.ThrowIfNull(pipeline);
        _adaptation = adaptation;
        _pipeline = pipeline;
        _monitor = monitor;
    }

    /// <summary>The decisions so far.</summary>
    public IReadOnlyList<AdaptationDecision> Log => _adaptation.Log;

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

            if (_active == decision.Plan) return new(_active, _adaptation.Why, decision.Predicted);
            return new(_active, $"{decision.Plan} is being made ready.", _adaptation.Predict(_active)?.Total);
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
        if (_next != decision.Plan || _warming is null)
        {
            _next = decision.Plan;
            _warming = _pipeline.WarmAsync(decision.Plan, onNodes: false, _stop.Token);
        }

        // The plan before is of no use when a node of it is excluded: every picture would go the long way round.
        bool useless = _active!.Segments.Any(s => s.Tier != Tier.Device && _pipeline.Tiers.Node(s.Node).Breaker.IsOpen);
        if (useless) await _warming.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        if (!_warming.IsCompleted) return;
        // A plan that cannot be made ready is no reason to lose a picture: the one before it goes on.
        if (_warming.IsCompletedSuccessfully) _active = _next;
        _warming = null;
    }

    private async Task BackgroundAsync(CancellationToken cancellationToken)
    {
        try
        {
            // What is likely to be needed next: the network as a whole, which finishes for a node that fails before anything was
            // computed, and the next best plans' heads.
            Plan alone = BaselinePlans.DeviceOnly(_pipeline.Network.Model.Hash);
            await _pipeline.WarmAsync(alone, onNodes: false, cancellationToken);
            foreach (RankedPlan plan in _adaptation.Likely(4)) await _pipeline.WarmAsync(plan.Plan, onNodes: false, cancellationToken);
        }
        catch (Exception e) when (e is IsthmusException or OperationCanceledException)
        {
            // Only a convenience: what could not be loaded now is loaded when it is needed, or fails there.
        }

        if (_monitor is not null) await _monitor.RunAsync(cancellationToken);
    }
}
