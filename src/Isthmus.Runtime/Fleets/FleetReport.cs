using System.Collections.Immutable;

namespace Isthmus.Runtime.Fleets;

/// <summary>What became of looking at a fleet.</summary>
/// <param name="Nodes">The nodes, in the fleet's order.</param>
/// <param name="Links">The links, in the fleet's order.</param>
public sealed record FleetReport(ImmutableArray<NodeCheck> Nodes, ImmutableArray<LinkCheck> Links)
{
    /// <summary>The nodes that did not answer.</summary>
    public ImmutableArray<string> Unreachable => [.. Nodes.Where(n => !n.Reached).Select(n => n.Name)];

    /// <summary>The nodes that serve another tier than the fleet says.</summary>
    public ImmutableArray<string> WrongTier => [.. Nodes.Where(n => n.TierDiffers).Select(n => n.Name)];

    /// <summary>Whether every node answered with its tier, and every link could be measured.</summary>
    public bool Ok => Unreachable.IsEmpty && WrongTier.IsEmpty && Links.All(l => l.Problem is null);
}
