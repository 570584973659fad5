using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Graphs;

/// <summary>
/// Finds where a network can be cut. All cuts where one tensor crosses are found; of those with several, the useful ones, which
/// are those that could be best where the cost is linear in the work before the cut and in the bytes that cross: corners of the
/// lower convex hull over (multiply-accumulates, bytes) between two neighbouring single-tensor cuts, unless single-tensor
/// cuts both earlier and later are as narrow. Where a long stretch has no single-tensor cut, its narrowest is listed too.
/// Cuts that come out are nested: the head of each contains the head of all before it, so any two of them bound a middle segment.
/// </summary>
/// <remarks>
/// What may cross are float32 activations that are not inputs of the model; an output of the model that is made before a cut
/// crosses too. Order and ids follow from the graph's structure alone: neither node order nor names matter.
/// </remarks>
public static class CutFinder
{
    // The same numbers in another shape, or on a grid: the later tensor is as small, and no harder to code.
    private static readonly ImmutableHashSet<string> Reshaping =
        ["Identity", "Dropout", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "QuantizeLinear", "DequantizeLinear"];

    // A runtime fuses these with the node before them, so a cut in between costs time and gains nothing.
    private static readonly ImmutableHashSet<string> ElementWise =
    [
        "Relu", "Clip", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "Sigmoid", "HardSigmoid", "HardSwish", "Swish", "Mish", "Tanh", "Softplus",
        "Softsign", "ThresholdedRelu", "Gelu", "Erf", "Add", "Sub", "Mul", "Div", "Min", "Max", "Pow", "Neg", "Abs", "BatchNormalization",
    ];

    /// <summary>Finds the cuts of a network.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="tensors">Types and shapes of its activations. A tensor that is absent does not cross.</param>
    /// <param name="options">How far to search.</param>
    /// <returns>The cuts by depth.</returns>
    public static ImmutableArray<Cut> Find(NetworkGraph graph, IReadOnlyDictionary<string, TensorDescription> tensors, CutSearchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(tensors);
        options ??= CutSearchOptions.Default;
        if (CutGroups.Of(graph, tensors) is not { } network) return [];

        // Whatever precedes a tensor that all paths go through, precedes it in every topological order, so one order shows all.
        List<Boundary> boundaries = Sweep(network);
        Boundary input = new(0, 0, 0, Known(graph.Inputs.Select(i => i.Name)), []);
        Boundary output = new(network.Groups.Length, network.Groups.Sum(g => g.Nodes.Length), network.Groups.Sum(g => g.Macs), Known(graph.Outputs.Select(o => o.Name)), []);
        List<Candidate> cuts = [];
        Boundary previous = input;
        foreach (Boundary next in boundaries.Append(output))
        {
            cuts.AddRange(InRegion(network, previous, next, output.Macs, boundaries, options));
            if (next != output) cuts.Add(new(next.Macs, next.Nodes, next.Bytes, next.Crossing, []));
            previous = next;
        }

        cuts.Sort((a, b) => a.Nodes.CompareTo(b.Nodes));
        if (options.MergeEquivalent) cuts = Merge(network, cuts, input, output);
        return
        [
            .. cuts.Select((c, i) => new Cut(
                $"c{i:00}", Names(c.Crossing), c.Bytes, c.Macs, c.Nodes, [.. c.Equivalents.Select(Names)])),
        ];

        ImmutableArray<string> Names(ImmutableArray<int> crossing) => [.. crossing.Select(t => network.Tensors[t].Name)];

        long Known(IEnumerable<string> names) => names.Sum(n => tensors.TryGetValue(n, out TensorDescription? t) ? t.ByteLength : 0);
    }

    /// <summary>The cut at tensors that the caller names, whether or not the search lists it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="names">What shall cross, in any order.</param>
    /// <param name="tensors">Types and shapes of its activations.</param>
    /// <returns>The cut; its id is the names in canonical order, joined by commas.</returns>
    /// <exception cref="IsthmusException">These tensors are no cut; the message says why.</exception>
    public static Cut At(OnnxModel model, IReadOnlyCollection<string> names, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(tensors);
        NetworkGraph graph = model.Graph;
        if (names.Count == 0) throw NoCut("no tensor is named");
        foreach (string name in names)
        {
            if (graph.IsInput(name)) throw NoCut($"'{name}' is the model's input, which no cut sends on");
            if (!graph.IsActivation(name) || !tensors.TryGetValue(name, out TensorDescription? tensor)) throw NoCut($"'{name}' is no cut's id and no activation");
            if (tensor.ElementType != ElementType.Float32) throw NoCut($"'{name}' is of type {tensor.ElementType}, and only Float32 crosses");
        }

        HashSet<GraphNode> head = graph.Upstream(names, stop: ImmutableHashSet<string>.Empty);
        HashSet<GraphNode> tail = graph.Upstream(graph.Outputs.Select(o => o.Name), stop: names.ToHashSet(StringComparer.Ordinal));
        foreach (GraphNode node in tail)
        {
            if (node.Inputs.FirstOrDefault(i => graph.IsInput(i) && !node.IsConstant) is { } input)
                throw NoCut($"what comes after also needs the model's input '{input}'");
        }

        tail.RemoveWhere(n => n.IsConstant);
        if (tail.Count == 0) throw NoCut("nothing comes after");
        string[] ordered = [.. graph.Nodes.SelectMany(n => n.Outputs).Where(names.Contains)];
        if (ordered.FirstOrDefault(t => !graph.Consumers(t).Any(tail.Contains) && !graph.Outputs.Any(o => o.Name == t)) is { } idle)
            throw NoCut($"nothing after the cut uses '{idle}'");
        head.RemoveWhere(n => n.IsConstant);
        return new(
            string.Join(',', ordered), [.. ordered], ordered.Sum(t => tensors[t].ByteLength), head.Sum(n => MacCounter.Count(n, graph, tensors)), head.Count, []);

        IsthmusException NoCut(string why) =>
            new(ErrorKind.Usage, $"'{string.Join(',', names)}' does not cut '{model.Name}': {why}. 'isthmus inspect' lists the cuts.");
    }

    // All heads that are followed by a single tensor, and by the way what comes before each of them.
    private static List<Boundary> Sweep(CutGroups network)
    {
        List<Boundary> found = [];
        int[] open = [.. network.Tensors.Select(t => t.Consumers.Length)];
        HashSet<int> crossing = [];
        long macs = 0;
        int nodes = 0;
        int all = network.Groups.Sum(g => g.Nodes.Length);
        for (int g = 0; g < network.Groups.Length - 1; g++)
        {
            nodes += network.Groups[g].Nodes.Length;
            // Behind the last node there is the output, and no cut.
            if (nodes == all) break;
            macs += network.Groups[g].Macs;
            foreach (int tensor in network.Groups[g].Used)
            {
                if (--open[tensor] == 0) crossing.Remove(tensor);
            }

            foreach (int tensor in network.Groups[g].Made) crossing.Add(tensor);
            if (crossing.Count != 1) continue;
            int only = crossing.First();
            found.Add(new(g + 1, nodes, macs, network.Tensors[only].Bytes, [only]));
        }

        return found;
    }

    private static IEnumerable<Candidate> InRegion(CutGroups network, Boundary from, Boundary to, long totalMacs, List<Boundary> boundaries, CutSearchOptions options)
    {
        // The group of the input is in every head, that of the output in none; a tail has at least one node.
        int first = Math.Max(from.End, 1);
        int end = Math.Min(to.End, network.Groups.Length - 1);
        if (options.MaxTensors < 2 || end - first > MaxRegion) return [];
        long macs = from.End == 0 ? network.Groups[0].Macs : from.Macs;
        ImmutableArray<int> crossing = from.End == 0 ? network.Groups[0].Made : from.Crossing;
        bool onlyItsEnds = end - first < 2 && from.End > 0 && to.End < network.Groups.Length;
        if (onlyItsEnds) return [];

        bool emptyTail = to.End == network.Groups.Length && network.Groups[^1].Nodes.IsEmpty;
        long budget = Math.Max(16, (long)options.MaxStates * (end - first) / network.Groups.Length);
        List<PartialHead> heads =
        [
            .. new RegionSearch(network, first, end).Run(macs, crossing, budget)
                .Where(h => h.Crossing.Length > 1 && h.Crossing.Length <= options.MaxTensors && !(emptyTail && h.Count == end - first)),
        ];
        // Where a single tensor crosses for no more bytes both earlier and later, one of the two is better whichever side computes faster.
        long narrowestBefore = Narrowest(boundaries.Where(b => b.End <= from.End));
        long narrowestAfter = Narrowest(boundaries.Where(b => b.End >= to.End));
        long limit = Math.Max(narrowestBefore, narrowestAfter);
        int before = from.End == 0 ? network.Groups[0].Nodes.Length : from.Nodes;
        return Choose(heads, from, to, totalMacs, limit, options).Select(h => new Candidate(
            h.Macs, before + Enumerable.Range(0, end - first).Where(h.Has).Sum(i => network.Groups[first + i].Nodes.Length), h.Bytes, h.Crossing, []));

        static long Narrowest(IEnumerable<Boundary> singles) => singles.Select(b => b.Bytes).DefaultIfEmpty(long.MaxValue).Min();
    }

    private static List<PartialHead> Choose(List<PartialHead> heads, Boundary from, Boundary to, long totalMacs, long limit, CutSearchOptions options)
    {
        List<PartialHead> chosen = [];
        List<(PartialHead? Head, long Macs, long Bytes)> hull = Hull(heads, from, to);
        IEnumerable<PartialHead> corners = hull.Where(p => p.Head is not null && p.Bytes < limit)
            .OrderByDescending(p => Saving(p.Macs, p.Bytes, hull[0], hull[^1])).Select(p => p.Head!);
        foreach (PartialHead corner in corners)
        {
            if (chosen.Count < options.MaxPerRegion) AddNested(corner);
        }

        double stretch = options.Stretch * totalMacs;
        if (to.Macs - from.Macs > 2 * stretch && stretch > 0)
        {
            IEnumerable<IGrouping<long, PartialHead>> stretches = heads.GroupBy(h => (long)((h.Macs - from.Macs) / stretch)).OrderBy(g => g.Key);
            foreach (IGrouping<long, PartialHead> group in stretches)
            {
                if (chosen.Exists(c => (long)((c.Macs - from.Macs) / stretch) == group.Key)) continue;
                foreach (PartialHead head in group.Order(Comparer<PartialHead>.Create(RegionSearch.Compare)))
                {
                    if (AddNested(head)) break;
                }
            }
        }

        return chosen;

        bool AddNested(PartialHead head)
        {
            if (!chosen.TrueForAll(c => c.IsWithin(head) || head.IsWithin(c))) return false;
            chosen.Add(head);
            return true;
        }
    }

    // The lower hull from the region's beginning to its end, by Andrew's monotone chain.
    private static List<(PartialHead? Head, long Macs, long Bytes)> Hull(List<PartialHead> heads, Boundary from, Boundary to)
    {
        List<(PartialHead? Head, long Macs, long Bytes)> hull = [];
        IEnumerable<(PartialHead? Head, long Macs, long Bytes)> points = heads
            .GroupBy(h => h.Macs)
            .Select(g => g.Min(Comparer<PartialHead>.Create(RegionSearch.Compare)))
            .Select(h => (h, h!.Macs, h.Bytes))
            .Append((null, from.Macs, from.Bytes)).Append((null, to.Macs, to.Bytes))
            .GroupBy(p => p.Item2)
            .Select(g => g.OrderBy(p => p.Item3).ThenBy(p => p.Item1 is not null).First())
            .OrderBy(p => p.Item2);
        foreach ((PartialHead? Head, long Macs, long Bytes) p in points)
        {
            while (hull.Count > 1 && !TurnsUp(hull[^2], hull[^1], p)) hull.RemoveAt(hull.Count - 1);
            hull.Add(p);
        }

        return hull;

        static bool TurnsUp((PartialHead? Head, long Macs, long Bytes) a, (PartialHead? Head, long Macs, long Bytes) b, (PartialHead? Head, long Macs, long Bytes) c) =>
            (Int128)(b.Macs - a.Macs) * (c.Bytes - a.Bytes) > (Int128)(b.Bytes - a.Bytes) * (c.Macs - a.Macs);
    }

    // How far below the straight line between the hull's ends a point is, in bytes.
    private static double Saving(long macs, long bytes, (PartialHead? Head, long Macs, long Bytes) a, (PartialHead? Head, long Macs, long Bytes) b)
    {
        double along = b.Macs == a.Macs ? 0 : (macs - a.Macs) / (double)(b.Macs - a.Macs);
        return a.Bytes + (along * (b.Bytes - a.Bytes)) - bytes;
    }

    private static List<Candidate> Merge(CutGroups network, List<Candidate> cuts, Boundary input, Boundary output)
    {
        GraphNode[] nodes = [.. network.Groups.SelectMany(g => g.Nodes)];
        List<Candidate> merged = [];
        Candidate? before = null;
        int start = 0;
        foreach (Candidate cut in cuts)
        {
            bool same = cut.Crossing.Length == 1 && (before is null ? cut.Bytes == input.Bytes && cut.Macs == 0
                : before.Crossing.Length == 1 && cut.Bytes == before.Bytes && cut.Macs == before.Macs);
            bool equivalent = same && nodes.Skip(start).Take(cut.Nodes - start).All(n => n.IsStandard && (Reshaping.Contains(n.Operator) || ElementWise.Contains(n.Operator)));
            if (equivalent && before is null)
            {
                // As good as the raw input: no cut, and nothing that a rule about the raw input should miss.
                start = cut.Nodes;
                continue;
            }

            Candidate best = equivalent ? cut with { Equivalents = before!.Equivalents.Add(before.Crossing) } : cut;
            if (equivalent) merged.RemoveAt(merged.Count - 1);
            merged.Add(best);
            before = best;
            start = cut.Nodes;
        }

        // The last cut may be as good as the output.
        if (merged is [.., { Crossing.Length: 1 } last] && last.Bytes == output.Bytes && last.Macs == output.Macs
            && nodes.Skip(last.Nodes).All(n => n.IsStandard && Reshaping.Contains(n.Operator)))
        {
            merged.RemoveAt(merged.Count - 1);
        }

        return merged;
    }

    // Nothing that people train has as many groups between two single-tensor cuts.
    private const int MaxRegion = 8192;

    // Where a region begins or ends: the first group after the head, and what crosses there.
    private sealed record Boundary(int End, int Nodes, long Macs, long Bytes, ImmutableArray<int> Crossing);

    private sealed record Candidate(long Macs, int Nodes, long Bytes, ImmutableArray<int> Crossing, ImmutableArray<ImmutableArray<int>> Equivalents);
}
