using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Dag;

/// <summary>The best partitions for every route, codec and objective, by operators' times.</summary>
public static class DagProposals
{
    /// <summary>Finds them.</summary>
    /// <param name="costs">The profile, the links as they are, and what running has taught.</param>
    /// <param name="operators">What was measured of operators and tensors.</param>
    /// <param name="codecs">The codecs; the tensors of one proposal all take the same, since a plan has one codec per cut.</param>
    /// <param name="keepInputOnDevice">Whether the picture may not leave the device.</param>
    /// <param name="pins">Operators that have to be on a node, by a tensor that they make; a route without the node is left out.</param>
    /// <param name="options">How long to search for the shortest period of each.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The proposals, for each objective the best first.</returns>
    /// <exception cref="IsthmusException">No route is allowed, or a pinned operator is not known.</exception>
    public static ImmutableArray<DagProposal> Find(
        CostModel costs, MeasuredOperators operators, ImmutableArray<CodecSpec> codecs, bool keepInputOnDevice, IReadOnlyDictionary<string, string>? pins = null,
        DagThroughputOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(costs);
        ArgumentNullException.ThrowIfNull(operators);
        ImmutableArray<InputEncoding> inputs = keepInputOnDevice ? [] : [.. costs.Index.Profile.Inputs.Select(i => i.Encoding)];
        DagRoute[] routes = [.. DagRoute.Of(costs).Where(r => r.Nodes.All(operators.Times.ContainsKey) && (pins is null || pins.Values.All(n => r.Nodes.Contains(n))))];
        if (routes.Length == 0)
            throw new IsthmusException(ErrorKind.Planning, "There is no route to partition for: give the address of an edge or a cloud that the profile knows, and pin operators to nodes of one route only.");
        List<DagProposal> found = [];
        foreach (DagRoute route in routes)
        {
            foreach (CodecSpec codec in codecs)
            {
                DagProblem problem = route.Problem(costs, operators, [codec], inputs, pins);
                foreach (string objective in new[] { "latency", "throughput" })
                {
                    DagAnswer answer;
                    try
                    {
                        answer = objective == "latency" ? DagLatency.Minimise(problem) : DagThroughput.Minimise(problem, options, cancellationToken);
                    }
                    catch (IsthmusException) when (pins is { Count: > 0 })
                    {
                        // These pins contradict each other on this route.
                        continue;
                    }

                    if (Executable(route, costs, inputs, operators, codec, objective, answer) is { } proposal) found.Add(proposal);
                }
            }
        }

        if (found.Count == 0) throw new IsthmusException(ErrorKind.Planning, "No partition can be carried out: allow another codec, or pin fewer operators.");
        return [.. found.OrderBy(p => p.Objective, StringComparer.Ordinal).ThenBy(p => p.Answer.Value)];
    }

    // Null if a node of the route would only pass things on: then another route is as good, or better.
    private static DagProposal? Executable(
        DagRoute route, CostModel costs, ImmutableArray<InputEncoding> inputs, MeasuredOperators operators, CodecSpec codec, string objective, DagAnswer answer)
    {
        DagPartition partition = Gathered(operators, answer.Partition);
        InputEncoding input = route.Input(costs, inputs, partition);
        int[] used = [.. partition.Places.Distinct().Order()];
        // The picture goes to the first node beside the device, or nowhere; and nobody forwards without computing.
        if (used[0] > 1 || !used.SequenceEqual(Enumerable.Range(used[0], used.Length))) return null;
        if (used[^1] != route.Nodes.Length - 1 && used is not [0] && route.Nodes.Length > 2) return null;
        ImmutableArray<(string, ImmutableArray<string>)> segments =
            [.. used.Select((place, i) => (route.Nodes[place], i == used.Length - 1 ? [] : DagRoute.Crossing(operators, partition, place)))];
        return new(route, codec, objective, answer with { Partition = partition }, input, segments);
    }

    // Where outputs are gathered costs nothing, and so may come out on any side that has all of them: it belongs where the last operator is.
    private static DagPartition Gathered(MeasuredOperators operators, DagPartition partition)
    {
        int last = partition.Places.Length - 1;
        if (!operators.Graph.Operators[last].Nodes.IsEmpty || last == 0) return partition;
        int place = partition.Places.AsSpan(0, last).ToArray().Max();
        if (partition.Places[last] == place) return partition;
        return partition with
        {
            Places = partition.Places.SetItem(last, place),
            Crossings = [.. partition.Crossings.Where(c => c.Link < place || operators.Graph.Tensors[c.Tensor - 1].Consumers.Any(i => i != last && partition.Places[i] > c.Link))],
        };
    }
}
