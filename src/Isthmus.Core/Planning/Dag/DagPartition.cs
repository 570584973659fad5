using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Dag;

/// <summary>A placement of every operator, with what it costs.</summary>
/// <param name="Places">The node of each operator, as a position on the route.</param>
/// <param name="Crossings">What crosses each link, tensor by tensor.</param>
/// <param name="Compute">Milliseconds of each node: its operators, and encoding and decoding there.</param>
/// <param name="Send">Milliseconds of each link, without its fixed cost.</param>
/// <param name="Latency">All of it one after another, with the fixed costs of the links that are used.</param>
/// <param name="Period">The longest stage, a node's or a link's: the time from one answer to the next where stages overlap.</param>
public sealed record DagPartition(
    ImmutableArray<int> Places, ImmutableArray<DagCrossing> Crossings, ImmutableArray<double> Compute, ImmutableArray<double> Send, double Latency, double Period);
