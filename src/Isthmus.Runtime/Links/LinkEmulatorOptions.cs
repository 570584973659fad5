using System.Net;

namespace Isthmus.Runtime.Links;

/// <summary>Where an emulated link begins and ends, and what it is like.</summary>
public sealed record LinkEmulatorOptions
{
    /// <summary>Where clients connect. Default: any free port of IPv4 loopback.</summary>
    public IPEndPoint Listen { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Where the link leads: an <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>.</summary>
    public required EndPoint To { get; init; }

    /// <summary>Conditions from the client to the target. Default: transparent.</summary>
    public LinkConditions Up { get; init; } = LinkConditions.Transparent;

    /// <summary>Conditions from the target to the client. Default: transparent.</summary>
    public LinkConditions Down { get; init; } = LinkConditions.Transparent;

    /// <summary>Changes over time, counted from the start of the emulator. Default: none.</summary>
    public LinkTrace? Trace { get; init; }

    /// <summary>Seed of jitter and loss. Default: 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>
    /// Bytes that wait at the entrance of each direction, over all connections; beyond them nothing is read, so that the
    /// sender feels the link. Default: 64 KiB.
    /// </summary>
    public int QueueBytes { get; init; } = 64 * 1024;

    /// <summary>Connections open at a time; more wait in the kernel. Default: 512.</summary>
    public int MaximumConnections { get; init; } = 512;

    /// <summary>The clock that the link runs by. Default: the system's.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
