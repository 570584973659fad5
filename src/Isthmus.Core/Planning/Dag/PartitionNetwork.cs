using System.Collections.Immutable;
using Isthmus.Core.Graphs.Flow;

namespace Isthmus.Core.Planning.Dag;

/// <summary>
/// Writes a partitioning problem as a minimum cut (Hu et al., DADS, INFOCOM 2019), for any number of nodes on the route. For each operator and each link there is
/// a vertex, on the source's side if the operator runs behind that link.
/// </summary>
/// <remarks>
/// <para>
/// The vertices of an operator form a chain from source to sink whose arcs cost its time on each node: the one that is removed says where it runs (Ishikawa 2003). An arc
/// that cannot be removed leads from each operator to its users: what uses a tensor from behind the link is behind it too, so no data comes back.
/// </para>
/// <para>
/// A tensor with several users has a vertex of its own per link. It is behind the link as soon as one user is, and the arc from there to the tensor's maker costs the
/// transfer: once, however many users there are. A link's fixed cost is paid in the same way, once any operator is behind it.
/// </para>
/// </remarks>
internal static class PartitionNetwork
{
    // Capacities of all arcs together come to at most 2^52, which is as fine as the numbers that they come from; less where much must be pushed over unlimited arcs.
    private const int MostBits = 52, PushedBits = 60;

    /// <summary>The most vertices of a network.</summary>
    public const int MaxVertices = 1 << 19;

    /// <summary>The cheapest partition within limits; null if there is none.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="weights">How much each stage counts.</param>
    /// <param name="limits">What is allowed; null for everything.</param>
    /// <param name="error">By how much rounding to integers may have changed the value of any partition, in weighted milliseconds.</param>
    public static DagPartition? Solve(DagProblem problem, StageWeights weights, PlaceLimits? limits, out double error)
    {
        FlowNetwork network = Build(problem, weights, limits, out double unit);
        error = (network.Arcs + 1) * unit;
        if (network.Cut() is not { } cut) return null;
        int links = problem.Places - 1;
        ImmutableArray<int>.Builder places = ImmutableArray.CreateBuilder<int>(problem.Operators.Length);
        for (int i = 0; i < problem.Operators.Length; i++)
        {
            int place = 0;
            while (place < links && cut.OnSourceSide[(i * links) + place]) place++;
            places.Add(place);
        }

        return problem.Evaluate(places.MoveToImmutable(), (tensor, link) => Cheapest(problem, weights, limits, tensor, link, out _));
    }

    /// <summary>The network of a problem.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="weights">How much each stage counts.</param>
    /// <param name="limits">What is allowed; null for everything.</param>
    /// <param name="unit">How many weighted milliseconds one unit of capacity is.</param>
    public static FlowNetwork Build(DagProblem problem, StageWeights weights, PlaceLimits? limits, out double unit)
    {
        int operators = problem.Operators.Length, links = problem.Places - 1;
        int source = operators * links, sink = source + 1, vertices = sink + 1;
        // A tensor with one user needs no vertex.
        int[] own = new int[problem.Tensors.Length];
        for (int t = 0; t < own.Length; t++)
        {
            own[t] = problem.Tensors[t].Consumers.Length > 1 ? vertices : -1;
            if (own[t] >= 0) vertices += links;
        }

        int used = vertices;
        vertices += links;
        if (vertices > MaxVertices) throw new Errors.IsthmusException(Errors.ErrorKind.Planning, $"The graph cannot be partitioned: {operators} operators on {problem.Places} nodes are more than this search can take.");

        List<(int From, int To, double Cost)> arcs = [];
        bool[] hasUser = new bool[operators];
        for (int i = 0; i < operators; i++)
        {
            for (int k = 0; k <= links; k++)
            {
                double time = problem.Operators[i].Times[k];
                bool allowed = !double.IsPositiveInfinity(time) && (limits is null || (k >= limits.Low(i) && k <= limits.High(i)));
                arcs.Add((k == 0 ? source : Behind(i, k - 1), k == links ? sink : Behind(i, k), allowed ? weights.Node[k] * time : double.PositiveInfinity));
                if (k > 0 && k < links) arcs.Add((Behind(i, k), Behind(i, k - 1), double.PositiveInfinity));
            }
        }

        for (int t = 0; t < problem.Tensors.Length; t++)
        {
            DagTensor tensor = problem.Tensors[t];
            if (tensor.Producer >= 0) hasUser[tensor.Producer] |= !tensor.Consumers.IsEmpty;
            for (int b = 0; b < links && !tensor.Consumers.IsEmpty; b++)
            {
                int maker = tensor.Producer < 0 ? sink : Behind(tensor.Producer, b);
                Cheapest(problem, weights, limits, t, b, out double cost);
                int crossing = own[t] >= 0 ? own[t] + b : Behind(tensor.Consumers[0], b);
                arcs.Add((crossing, maker, cost));
                foreach (int consumer in tensor.Consumers)
                {
                    if (tensor.Producer >= 0) arcs.Add((maker, Behind(consumer, b), double.PositiveInfinity));
                    if (own[t] >= 0) arcs.Add((Behind(consumer, b), crossing, double.PositiveInfinity));
                }
            }
        }

        for (int b = 0; b < links && weights.Fixed > 0; b++)
        {
            arcs.Add((used + b, sink, weights.Fixed * problem.FixedCosts[b]));
            for (int i = 0; i < operators; i++)
            {
                // Whoever has users is not behind a link without them.
                if (!hasUser[i]) arcs.Add((Behind(i, b), used + b, double.PositiveInfinity));
            }
        }

        double total = arcs.Where(a => !double.IsPositiveInfinity(a.Cost)).Sum(a => a.Cost);
        // A power of two, so that whole numbers stay exact.
        int unlimited = arcs.Count(a => a.From == source && double.IsPositiveInfinity(a.Cost));
        double bits = Math.Min(MostBits, PushedBits - Math.Ceiling(Math.Log2(unlimited + 2)));
        double scale = total > 0 ? Math.Pow(2, Math.Floor(bits - Math.Log2(total))) : 1;
        unit = 1 / scale;
        FlowNetwork network = new(vertices, source, sink);
        foreach ((int from, int to, double cost) in arcs)
        {
            if (double.IsPositiveInfinity(cost)) network.AddUnlimited(from, to);
            else network.Add(from, to, (long)Math.Round(cost * scale));
        }

        return network;

        int Behind(int op, int link) => (op * links) + link;
    }

    private static int Cheapest(DagProblem problem, StageWeights weights, PlaceLimits? limits, int tensor, int link, out double cost)
    {
        ImmutableArray<DagTransfer> ways = problem.Tensors[tensor].Links[link];
        int best = -1;
        cost = double.PositiveInfinity;
        for (int i = 0; i < ways.Length; i++)
        {
            if (limits is not null && !limits.Allows(tensor, link, i)) continue;
            double way = (weights.Node[link] * ways[i].Encode) + (weights.Link[link] * ways[i].Send) + (weights.Node[link + 1] * ways[i].Decode);
            if (best >= 0 && way >= cost) continue;
            best = i;
            cost = way;
        }

        return best;
    }
}
