using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Dag;

/// <summary>
/// Where shall each operator of a graph run? The nodes form a route, the device first, and data only ever goes outwards along it: an operator runs on the node
/// of the latest of its inputs, or further out. What crosses several links is forwarded by the nodes in between.
/// </summary>
public sealed class DagProblem
{
    private const double Longest = 1e9;

    /// <summary>Poses a problem.</summary>
    /// <param name="operators">The operators, each after those whose tensors it uses.</param>
    /// <param name="tensors">The tensors.</param>
    /// <param name="fixedCosts">For each link the milliseconds of using it at all: its round trip, the answer's way back, a request's overhead. They count for the latency only.</param>
    /// <exception cref="IsthmusException">The parts do not fit together, or a number is out of range.</exception>
    public DagProblem(ImmutableArray<DagOperator> operators, ImmutableArray<DagTensor> tensors, ImmutableArray<double> fixedCosts)
    {
        if (operators.IsDefaultOrEmpty) throw Bad("it has no operator");
        if (tensors.IsDefault || fixedCosts.IsDefaultOrEmpty || fixedCosts.Length > 7) throw Bad("a route has two to eight nodes");
        Operators = operators;
        Tensors = tensors;
        FixedCosts = fixedCosts;
        foreach (double cost in fixedCosts) Check(cost, "a link's fixed cost");
        foreach (DagOperator op in operators)
        {
            if (op.Times.IsDefault || op.Times.Length != Places) throw Bad($"'{op.Name}' has not a time for each of the {Places} nodes");
            foreach (double time in op.Times.Where(t => !double.IsPositiveInfinity(t))) Check(time, $"the time of '{op.Name}'");
        }

        foreach (DagTensor tensor in tensors)
        {
            if (tensor.Producer < -1 || tensor.Producer >= operators.Length) throw Bad($"nothing makes '{tensor.Name}'");
            if (tensor.Consumers.IsDefault || tensor.Consumers.Any(c => c <= tensor.Producer || c >= operators.Length))
                throw Bad($"'{tensor.Name}' is used by what does not come after the operator that makes it");
            if (tensor.Links.IsDefault || tensor.Links.Length != Places - 1) throw Bad($"'{tensor.Name}' has not an entry for each link");
            foreach (DagTransfer transfer in tensor.Links.SelectMany(l => l.IsDefault ? throw Bad($"'{tensor.Name}' has not an entry for each link") : l))
            {
                Check(transfer.Encode, $"the encoding of '{tensor.Name}'");
                Check(transfer.Send, $"the transfer of '{tensor.Name}'");
                Check(transfer.Decode, $"the decoding of '{tensor.Name}'");
            }
        }

        void Check(double ms, string what)
        {
            if (ms is not (>= 0 and <= Longest)) throw Bad($"{what} is {ms} ms");
        }
    }

    /// <summary>The operators, each after those whose tensors it uses.</summary>
    public ImmutableArray<DagOperator> Operators { get; }

    /// <summary>The tensors.</summary>
    public ImmutableArray<DagTensor> Tensors { get; }

    /// <summary>For each link the milliseconds of using it at all.</summary>
    public ImmutableArray<double> FixedCosts { get; }

    /// <summary>How many nodes the route has.</summary>
    public int Places => FixedCosts.Length + 1;

    /// <summary>What a placement costs where each tensor crosses in the way that is fastest in all.</summary>
    /// <param name="places">The node of each operator, as a position on the route.</param>
    /// <exception cref="IsthmusException">The placement leads data inwards, or something is where it may not be.</exception>
    public DagPartition Evaluate(ImmutableArray<int> places) => Evaluate(places, (tensor, link) =>
    {
        ImmutableArray<DagTransfer> ways = Tensors[tensor].Links[link];
        int best = 0;
        for (int i = 1; i < ways.Length; i++)
        {
            if (ways[i].Total < ways[best].Total) best = i;
        }

        return best;
    });

    /// <summary>What a placement costs.</summary>
    /// <param name="places">The node of each operator, as a position on the route.</param>
    /// <param name="choose">Says, by tensor and link, in which of its ways a tensor that crosses does so.</param>
    /// <exception cref="IsthmusException">The placement leads data inwards, or something is where it may not be.</exception>
    public DagPartition Evaluate(ImmutableArray<int> places, Func<int, int, int> choose)
    {
        ArgumentNullException.ThrowIfNull(choose);
        if (places.IsDefault || places.Length != Operators.Length || places.Any(p => p < 0 || p >= Places)) throw Bad("the placement has not a node for each operator");
        double[] compute = new double[Places], send = new double[Places - 1];
        int outermost = 0;
        for (int i = 0; i < places.Length; i++)
        {
            if (double.IsPositiveInfinity(Operators[i].Times[places[i]])) throw Bad($"'{Operators[i].Name}' may not be where it was placed");
            compute[places[i]] += Operators[i].Times[places[i]];
            outermost = Math.Max(outermost, places[i]);
        }

        ImmutableArray<DagCrossing>.Builder crossings = ImmutableArray.CreateBuilder<DagCrossing>();
        for (int t = 0; t < Tensors.Length; t++)
        {
            DagTensor tensor = Tensors[t];
            int from = tensor.Producer < 0 ? 0 : places[tensor.Producer];
            int to = from;
            foreach (int consumer in tensor.Consumers)
            {
                if (places[consumer] < from) throw Bad($"'{tensor.Name}' would go inwards");
                to = Math.Max(to, places[consumer]);
            }

            for (int link = from; link < to; link++)
            {
                if (tensor.Links[link].IsEmpty) throw Bad($"'{tensor.Name}' may not cross");
                int way = choose(t, link);
                DagTransfer transfer = tensor.Links[link][way];
                compute[link] += transfer.Encode;
                send[link] += transfer.Send;
                compute[link + 1] += transfer.Decode;
                crossings.Add(new(t, link, way));
            }
        }

        double latency = compute.Sum() + send.Sum();
        for (int link = 0; link < outermost; link++) latency += FixedCosts[link];
        return new(places, crossings.ToImmutable(), [.. compute], [.. send], latency, Math.Max(compute.Max(), send.Max()));
    }

    private static IsthmusException Bad(string why) => new(ErrorKind.Planning, $"The graph cannot be partitioned: {why}.");
}
