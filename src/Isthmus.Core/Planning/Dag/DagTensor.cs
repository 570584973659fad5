using System.Collections.Immutable;

namespace Isthmus.Core.Planning.Dag;

/// <summary>A tensor of a graph that is to be partitioned. However many operators use it, it crosses a link once.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Producer">The operator that makes it; −1 for the raw input, which is on the device.</param>
/// <param name="Consumers">The operators that use it.</param>
/// <param name="Links">For each link of the route the ways in which it may cross; none if it may not.</param>
public sealed record DagTensor(string Name, int Producer, ImmutableArray<int> Consumers, ImmutableArray<ImmutableArray<DagTransfer>> Links);
