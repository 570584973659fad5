using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Adaptive;

/// <summary>
/// Looks after what no request tells: links that the present plan does not use, and nodes that are excluded. Without it, a device
/// that computes alone would never learn that its link has become fast, or that the edge is back.
/// </summary>
public sealed class LinkMonitor
{
    private readonly Pipeline _pipeline;
    private readonly LinkMonitorOptions _options;

    /// <summary>Creates a monitor; <see cref="LookAsync"/> looks once.</summary>
    public LinkMonitor(Pipeline pipeline, LinkMonitorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        _pipeline = pipeline;
        _options = options ?? LinkMonitorOptions.Default;
    }

    /// <summary>Looks again and again until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(_options.Interval, _options.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken)) await LookAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    /// <summary>Asks excluded nodes whose pause is over, and measures links that told nothing for long.</summary>
    public async Task LookAsync(CancellationToken cancellationToken = default)
    {
        Tiers tiers = _pipeline.Tiers;
        foreach (RemoteNode node in tiers.Nodes)
        {
            if (node.Breaker.IsDue) await ReviveAsync(node, cancellationToken);
        }

        foreach ((string from, RemoteNode to) in tiers.Links)
        {
            LinkEstimator link = tiers.Link(from, to.Name);
            if (to.Breaker.IsOpen || link.Current.Age.Value < _options.Silence.TotalMilliseconds) continue;
            RemoteNode? sender = tiers.Nodes.FirstOrDefault(n => n.Name == from);
            if (sender is { Breaker.IsOpen: true }) continue;
            try
            {
                if (sender is null)
                {
                    await LinkMeasurement.RefreshAsync(to.Client, link, _options.Clock, cancellationToken);
                }
                else
                {
                    ProbeReply reply = await sender.Client.ProbeAsync(tiers.Route(sender, to), cancellationToken);
                    link.Seed(reply.RoundTrip, reply.Bandwidth);
                }
            }
            catch (NodeException e)
            {
                // Of a link between two other nodes nobody here can tell which end failed.
                if (sender is null) to.Breaker.Failed(e.Failure, e.Message);
            }
        }
    }

    private async Task ReviveAsync(RemoteNode node, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = new(_options.ReviveTimeout, _options.Clock);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        try
        {
            await node.Client.PingAsync(both.Token);
            // It may have been started anew, without the model.
            node.Client.Forget(_pipeline.Network.Model.Hash);
            await node.Client.ShipModelAsync(_pipeline.Network.Model.Hash, _pipeline.Network.Model.File, _pipeline.Network.ManifestJson, progress: null, cancellationToken);
            node.Breaker.Succeeded();
        }
        catch (NodeException e)
        {
            node.Breaker.Failed(e.Failure, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            node.Breaker.Failed(NodeFailure.Timeout, $"{node.Name} did not answer within {new Milliseconds(_options.ReviveTimeout.TotalMilliseconds)}");
        }
    }
}
