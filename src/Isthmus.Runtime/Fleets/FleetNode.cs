using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Fleets;

/// <summary>A machine of a fleet: this one, or a node that 'isthmus serve' runs elsewhere.</summary>
/// <param name="Name">Its name in profiles and plans; unique. This machine is called "device".</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Url">Its address; null for this machine, which is a device.</param>
public sealed record FleetNode(string Name, Tier Tier, Uri? Url)
{
    /// <summary>
    /// The machine on which it runs, by any name. Nodes of one machine are never measured at the same time. Default null: see
    /// <see cref="Fleet.MachineOf"/>.
    /// </summary>
    public string? Machine { get; init; }

    /// <summary>What an hour of it costs, in any currency that is the same for the whole fleet; null if that is not known.</summary>
    public double? PricePerHour { get; init; }

    /// <summary>What it draws, in watts; null if that is not known.</summary>
    public NodePower? Power { get; init; }

    /// <summary>The factor by which this machine's computing is slowed down on purpose, 1…1000; only for this machine, since other nodes say their own. Default 1.</summary>
    public double Slowdown { get; init; } = 1;

    /// <summary>What its owner wants to remember of it; Isthmus only shows it.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Whether it is this machine.</summary>
    public bool IsLocal => Url is null;
}
