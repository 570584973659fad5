using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Dag;

/// <summary>An operator of a graph that is to be partitioned: one node of the network, or several that nothing can part.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Times">
/// Milliseconds that it takes on each node of the route, the device first; <see cref="double.PositiveInfinity"/> where it may not or cannot run.
/// </param>
public sealed record DagOperator(string Name, ImmutableArray<double> Times)
{
    /// <summary>The same operator, allowed on one node of the route only.</summary>
    /// <param name="place">The node's position on the route.</param>
    public DagOperator On(int place) => this with { Times = [.. Times.Select((t, k) => k == place ? t : double.PositiveInfinity)] };
}
