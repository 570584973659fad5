using System.Net;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;

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

    /// <summary>Ends the links.</summary>
    public async ValueTask DisposeAsync()
    {
        await _deviceToEdge.DisposeAsync();
        await _deviceToCloud.DisposeAsync();
        await _edgeToCloud.DisposeAsync();
    }

    private static LinkEmulator To(NodeProcess node) => LinkEmulator.Start(new() { To = new IPEndPoint(IPAddress.Loopback, new Uri(node.Url).Port) });
}
