using System.Net;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Demo;

/// <summary>The three emulated links of the demo.</summary>
public sealed class DemoLinks : IAsyncDisposable
{
    private readonly LinkEmulator _deviceToEdge;
    private readonly LinkEmulator _deviceToCloud;
    private readonly LinkEmulator _edgeToCloud;

    /// <summary>Starts the links to two nodes on loopback, transparent at first.</summary>
    public DemoLinks(NodeProcess edge, NodeProcess cloud)
    {
        _deviceToEdge = To(edge);
        _deviceToCloud = To(cloud);
        _edgeToCloud = To(cloud);
    }

    /// <summary>The nodes as they are reached through the links.</summary>
    public TierAddresses Addresses => new(_deviceToEdge.Url, _deviceToCloud.Url) { EdgeToCloud = _edgeToCloud.Url, LinksAreEmulated = true };

    /// <summary>Changes all three, for whatever is not sent yet.</summary>
    public void Set(DemoPhase phase)
    {
        ArgumentNullException.ThrowIfNull(phase);
        _deviceToEdge.SetConditions(phase.DeviceToEdge, phase.DeviceToEdge);
        _deviceToCloud.SetConditions(phase.DeviceToCloud, phase.DeviceToCloud);
        _edgeToCloud.SetConditions(phase.EdgeToCloud, phase.EdgeToCloud);
    }

    /// <summary>Makes all three transparent.</summary>
    public void Clear()
    {
        foreach (LinkEmulator link in new[] { _deviceToEdge, _deviceToCloud, _edgeToCloud })
            link.SetConditions(LinkConditions.Transparent, LinkConditions.Transparent);
    }

    /// <summary>Measures all links as they are now, by real transfers.</summary>
    public static async Task MeasureAsync(RunSession session, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(session);
        foreach (RemoteNode node in session.Tiers.Nodes.Where(n => !n.Breaker.IsOpen))
            await LinkMeasurement.MeasureAsync(node.Client, session.Tiers.Link(Tiers.Device, node.Name), cancellationToken);
        foreach ((string from, RemoteNode to) in session.Tiers.Links.Where(l => l.From != Tiers.Device))
        {
            RemoteNode sender = session.Tiers.Node(from);
            ProbeReply reply = await sender.Client.ProbeAsync(session.Tiers.Route(sender, to), cancellationToken);
            session.Tiers.Link(from, to.Name).Seed(reply.RoundTrip, reply.Bandwidth);
        }
    }

    /// <summary>Ends the links.</summary>
    public async ValueTask DisposeAsync()
    {
        await _deviceToEdge.DisposeAsync();
        await _deviceToCloud.DisposeAsync();
        await _edgeToCloud.DisposeAsync();
    }

    private static LinkEmulator To(NodeProcess node) => LinkEmulator.Start(new() { To = new IPEndPoint(IPAddress.Loopback, new Uri(node.Url).Port) });
}
