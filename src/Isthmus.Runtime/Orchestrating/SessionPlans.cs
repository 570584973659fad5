using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Runtime.Orchestrating;

/// <summary>Carries out the plans of several networks for the same task, each by its own session; the first session's links are those that are reported. Thread-safe.</summary>
public sealed class SessionPlans : IPlanCarrier, IAnswerer, IAsyncDisposable
{
    private readonly ImmutableArray<RunSession> _sessions;
    private readonly Dictionary<ModelHash, (RunSession Session, Adaptation Adaptation)> _byModel;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private readonly HostLoad _load;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _monitoring;

    /// <summary>Prepares to carry out.</summary>
    /// <param name="sessions">A session of each network; the caller disposes them afterwards.</param>
    /// <param name="clock">The clock.</param>
    public SessionPlans(ImmutableArray<RunSession> sessions, TimeProvider clock)
    {
        _sessions = sessions;
        _clock = clock;
        _byModel = sessions.ToDictionary(s => s.Profile.Model, s => (s, s.CreateAdaptation()));
        _load = new(clock);
        // Links that no plan uses must be known all the same, and excluded nodes asked whether they are back.
        _monitoring = Task.WhenAll(sessions.Select(s => s.CreateMonitor().RunAsync(_stop.Token)));
    }

    /// <inheritdoc/>
    public bool IsPossible(Plan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return plan.Segments.All(s => s.Tier == Tier.Device || !Of(plan).Session.Tiers.Node(s.Node).Breaker.IsOpen);
    }

    /// <inheritdoc/>
    public bool IsReady(Plan plan) => Of(plan).Session.Pipeline.IsReady(plan);

    /// <inheritdoc/>
    public Task WarmAsync(Plan plan, CancellationToken cancellationToken) => Of(plan).Session.Pipeline.WarmAsync(plan, onNodes: true, cancellationToken);

    /// <inheritdoc/>
    public Milliseconds? Predict(Plan plan) => Of(plan).Adaptation.Predict(plan)?.Total;

    /// <inheritdoc/>
    public Milliseconds? Patience(Plan plan) => Of(plan).Adaptation is var adaptation ? adaptation.Patience(adaptation.Predict(plan)?.Total, null) : null;

    /// <inheritdoc/>
    public void Observe(ImageAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        Of(answer.Plan).Adaptation.Observe(answer);
    }

    /// <inheritdoc/>
    public DeviceReport Device()
    {
        (double? cpu, double? memory) host;
        lock (_lock) host = _load.Sample();
        List<LinkReport> links = [];
        foreach (RemoteNode node in _sessions[0].Tiers.Nodes)
        {
            // Each session sees transfers of its own: the newest knows best.
            LinkEstimate now = _sessions.Select(s => s.Tiers.Link(Tiers.Device, node.Name).Current).MinBy(l => l.Age.Value)!;
            if (now.RoundTripCount + now.BandwidthCount == 0) continue;
            links.Add(new(node.Name, Math.Clamp(now.Bandwidth.Value / 1e6, 0, OrchestrationLimits.MaxMbps), Math.Clamp(now.RoundTrip.Value, 0, OrchestrationLimits.MaxMs)));
        }

        return new(host.cpu, host.memory) { Links = [.. links] };
    }

    /// <inheritdoc/>
    public Task<ImageAnswer> AnswerAsync(Plan plan, LabelledImage image, Milliseconds? patience, Action? leftDevice, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Of(plan).Session.Pipeline.RunAsync(plan, image.Path, patience, leftDevice, cancellationToken);
    }

    /// <summary>Ends what runs in the background.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _monitoring;
        _stop.Dispose();
    }

    private (RunSession Session, Adaptation Adaptation) Of(Plan plan) => _byModel.TryGetValue(plan.Model, out (RunSession, Adaptation) known) ? known
        : throw new IsthmusException(ErrorKind.Planning, $"The plan is for the model {plan.Model.Short}, which this run has not.");
}
