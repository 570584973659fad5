using System.Collections.Immutable;
using Isthmus.Core.Tensors;

namespace Isthmus.Core.Graphs;

/// <summary>
/// The network as the search for cuts sees it: nodes that no cut can part are one group, and only tensors that may cross lie
/// between groups. A tensor that may not cross (integers of a shape computation, quantised values, the raw input) ties
/// its maker to its users: whoever has the one in the head needs all the others there. Written as "a needs b", together with
/// "a node needs the makers of its inputs", the groups are the strongly connected components.
/// </summary>
internal sealed class CutGroups
{
    private CutGroups(ImmutableArray<CutGroup> groups, ImmutableArray<CrossingTensor> tensors)
    {
        Groups = groups;
        Tensors = tensors;
    }

    /// <summary>The groups in canonical topological order. The first holds the model's input, the last its output.</summary>
    public ImmutableArray<CutGroup> Groups { get; }

    /// <summary>The tensors between groups, in canonical order.</summary>
    public ImmutableArray<CrossingTensor> Tensors { get; }

    /// <summary>Groups a network; null if no cut can part its input from its output.</summary>
    public static CutGroups? Of(NetworkGraph graph, IReadOnlyDictionary<string, TensorDescription> tensors)
    {
        GraphNode[] nodes = [.. graph.Nodes.Where(n => !n.IsConstant)];
        // Vertex 0 is the source, which gives the model's input; the last is the sink, which takes its output.
        int sink = nodes.Length + 1;
        Dictionary<GraphNode, int> vertexOf = new(nodes.Length);
        for (int i = 0; i < nodes.Length; i++) vertexOf.Add(nodes[i], i + 1);
        HashSet<string> outputs = graph.Outputs.Select(o => o.Name).ToHashSet(StringComparer.Ordinal);

        List<int>[] needs = new List<int>[sink + 1];
        for (int v = 0; v <= sink; v++) needs[v] = v == 0 ? [] : [0];
        List<(string Name, int Producer, int[] Consumers)> open = [];
        foreach (string input in graph.Inputs.Select(i => i.Name)) Connect(input, 0, mayCross: false);
        for (int v = 1; v < sink; v++)
        {
            foreach (string output in nodes[v - 1].Outputs)
                Connect(output, v, tensors.TryGetValue(output, out TensorDescription? known) && known.ElementType == ElementType.Float32);
        }

        int[] componentOf = StronglyConnected(needs, out int components);
        if (componentOf[0] == componentOf[sink]) return null;
        return Arrange(graph, tensors, nodes, open, componentOf, components, sink);

        void Connect(string tensor, int producer, bool mayCross)
        {
            IEnumerable<int> users = graph.Consumers(tensor).Where(c => !c.IsConstant).Select(c => vertexOf[c]);
            int[] consumers = [.. outputs.Contains(tensor) ? users.Append(sink) : users];
            foreach (int consumer in consumers) needs[consumer].Add(producer);
            if (mayCross) open.Add((tensor, producer, consumers));
            else needs[producer].AddRange(consumers);
        }
    }

    private static CutGroups Arrange(
        NetworkGraph graph, IReadOnlyDictionary<string, TensorDescription> tensors, GraphNode[] nodes,
        List<(string Name, int Producer, int[] Consumers)> open, int[] componentOf, int components, int sink)
    {
        List<GraphNode>[] members = new List<GraphNode>[components];
        int[] first = new int[components];
        Array.Fill(first, int.MaxValue);
        for (int c = 0; c < components; c++) members[c] = [];
        for (int v = 0; v <= sink; v++)
        {
            first[componentOf[v]] = Math.Min(first[componentOf[v]], v);
            if (v > 0 && v < sink) members[componentOf[v]].Add(nodes[v - 1]);
        }

        // Between groups there is no need but that of a consumer for its producers.
        HashSet<int>[] after = new HashSet<int>[components];
        int[] missing = new int[components];
        for (int c = 0; c < components; c++) after[c] = [];
        void Edge(int from, int to)
        {
            if (from != to && after[from].Add(to)) missing[to]++;
        }

        for (int c = 0; c < components; c++) Edge(componentOf[0], c);
        foreach ((_, int producer, int[] consumers) in open)
        {
            foreach (int consumer in consumers) Edge(componentOf[producer], componentOf[consumer]);
        }

        // Which group is first where several could be is decided by the canonical order of their first nodes.
        PriorityQueue<int, int> ready = new();
        int[] place = new int[components];
        List<int> order = new(components);
        ready.Enqueue(componentOf[0], 0);
        while (ready.TryDequeue(out int c, out _))
        {
            place[c] = order.Count;
            order.Add(c);
            foreach (int next in after[c])
            {
                if (--missing[next] == 0) ready.Enqueue(next, next == componentOf[sink] ? int.MaxValue : first[next]);
            }
        }

        ImmutableArray<CrossingTensor>.Builder crossing = ImmutableArray.CreateBuilder<CrossingTensor>();
        foreach ((string name, int producer, int[] consumers) in open)
        {
            int from = place[componentOf[producer]];
            ImmutableArray<int> to = [.. consumers.Select(v => place[componentOf[v]]).Where(g => g != from).Distinct().Order()];
            if (!to.IsEmpty) crossing.Add(new(name, tensors[name].ByteLength, from, to));
        }

        ImmutableArray<CrossingTensor> all = crossing.ToImmutable();
        ILookup<int, int> made = Enumerable.Range(0, all.Length).ToLookup(t => all[t].Producer);
        ILookup<int, int> used = Enumerable.Range(0, all.Length).SelectMany(t => all[t].Consumers.Select(g => (g, t))).ToLookup(p => p.g, p => p.t);
        ILookup<int, int> before = Enumerable.Range(0, components).SelectMany(c => after[c].Select(next => (Next: place[next], Previous: place[c])))
            .ToLookup(p => p.Next, p => p.Previous);
        return new(
            [.. order.Select((c, g) => new CutGroup(
                [.. members[c]], members[c].Sum(n => MacCounter.Count(n, graph, tensors)), [.. made[g]], [.. used[g]], [.. before[g]],
                [.. after[c].Select(next => place[next]).Order()]))],
            all);
    }

    // Tarjan's algorithm without recursion: networks are thousands of nodes deep.
    private static int[] StronglyConnected(List<int>[] edges, out int components)
    {
        int n = edges.Length, time = 0;
        components = 0;
        int[] index = new int[n], low = new int[n], component = new int[n];
        Array.Fill(index, -1);
        Array.Fill(component, -1);
        Stack<int> path = new();
        Stack<(int Vertex, int Next)> calls = new();
        for (int root = 0; root < n; root++)
        {
            if (index[root] >= 0) continue;
            calls.Push((root, 0));
            while (calls.TryPop(out (int Vertex, int Next) call))
            {
                int v = call.Vertex;
                if (call.Next == 0)
                {
                    index[v] = low[v] = time++;
                    path.Push(v);
                }
                else
                {
                    low[v] = Math.Min(low[v], low[edges[v][call.Next - 1]]);
                }

                int next = call.Next;
                while (next < edges[v].Count && index[edges[v][next]] >= 0)
                {
                    int w = edges[v][next++];
                    if (component[w] < 0) low[v] = Math.Min(low[v], index[w]);
                }

                if (next < edges[v].Count)
                {
                    calls.Push((v, next + 1));
                    calls.Push((edges[v][next], 0));
                    continue;
                }

                if (low[v] != index[v]) continue;
                int member;
                do
                {
                    member = path.Pop();
                    component[member] = components;
                }
                while (member != v);
                components++;
            }
        }

        return component;
    }
}
