using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Fleets;

/// <summary>The machines that a network may be spread over, and the links between them, as a fleet file names them.</summary>
/// <param name="Nodes">The machines, at least one.</param>
/// <param name="Links">The links; those that are not there cannot be used.</param>
public sealed record Fleet(ImmutableArray<FleetNode> Nodes, ImmutableArray<FleetLink> Links)
{
    /// <summary>The version of the file's form that this software reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>This machine; null if the fleet has only others.</summary>
    public FleetNode? Local => Nodes.FirstOrDefault(n => n.IsLocal);

    /// <summary>The node of this name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public FleetNode Node(string name) => Nodes.FirstOrDefault(n => n.Name == name)
        ?? throw new IsthmusException(ErrorKind.Usage, $"The fleet has no node '{name}': it has {string.Join(", ", Nodes.Select(n => n.Name))}.");

    /// <summary>The link between two nodes; null if there is none.</summary>
    public FleetLink? Link(string from, string to) => Links.FirstOrDefault(l => l.From == from && l.To == to);

    /// <summary>
    /// The machine of a node, by a name: as the file says, else the host of its address. This machine's own node, loopback addresses and this machine's host
    /// name are one machine.
    /// </summary>
    public string MachineOf(FleetNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        if (node.Machine is { } machine) return machine;
        bool here = node.Url is null || node.Url.IsLoopback || string.Equals(node.Url.Host, Environment.MachineName, StringComparison.OrdinalIgnoreCase);
        return here ? Here : node.Url!.Host.ToLowerInvariant();
    }

    /// <summary>This machine, as <see cref="MachineOf"/> names it.</summary>
    public string Here => Local?.Machine ?? "localhost";

    /// <summary>The same fleet without other devices: what this machine can run a plan on.</summary>
    public Fleet FromHere()
    {
        ImmutableArray<FleetNode> nodes = [.. Nodes.Where(n => n.IsLocal || n.Tier != Tier.Device)];
        return new(nodes, [.. Links.Where(l => nodes.Any(n => n.Name == l.From))]);
    }

    /// <summary>Every link that leads outwards, for a file that names none.</summary>
    internal static ImmutableArray<FleetLink> AllLinks(ImmutableArray<FleetNode> nodes) =>
        [.. nodes.SelectMany(from => nodes.Where(to => to.Tier > from.Tier).Select(to => new FleetLink(from.Name, to.Name)))];

    /// <summary>Whether a link may lead from one tier to the other.</summary>
    internal static bool IsOutward(Tier from, Tier to) => to > from;
}
