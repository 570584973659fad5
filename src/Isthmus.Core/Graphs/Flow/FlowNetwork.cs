namespace Isthmus.Core.Graphs.Flow;

/// <summary>
/// A network of capacities, and its minimum cut: the cheapest set of arcs whose removal parts the source from the sink. Capacities are integers, so
/// the answer is exact.
/// </summary>
/// <remarks>
/// Push–relabel, the highest label first (Goldberg and Tarjan 1988; Cherkassky and Goldberg 1997), with exact labels from time to time and the
/// gap heuristic; only the first phase, since a cut needs no flow. O(V²√E) steps. Not thread-safe.
/// </remarks>
public sealed class FlowNetwork
{
    private readonly List<Arc> _arcs = [];
    private long _finite;

    /// <summary>Creates a network without arcs.</summary>
    /// <param name="vertices">How many vertices it has, numbered from 0.</param>
    /// <param name="source">The source.</param>
    /// <param name="sink">The sink.</param>
    public FlowNetwork(int vertices, int source, int sink)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vertices, 2);
        ArgumentOutOfRangeException.ThrowIfNegative(source);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(source, vertices);
        ArgumentOutOfRangeException.ThrowIfNegative(sink);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sink, vertices);
        if (source == sink) throw new ArgumentException("The source is not the sink.", nameof(sink));
        Vertices = vertices;
        Source = source;
        Sink = sink;
    }

    /// <summary>How many vertices there are.</summary>
    public int Vertices { get; }

    /// <summary>The source.</summary>
    public int Source { get; }

    /// <summary>The sink.</summary>
    public int Sink { get; }

    /// <summary>How many arcs there are.</summary>
    public int Arcs => _arcs.Count;

    /// <summary>Adds an arc.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    /// <param name="capacity">Its capacity, zero or more.</param>
    /// <exception cref="OverflowException">The capacities are more than 2⁶² together.</exception>
    public void Add(int from, int to, long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        Check(from, to);
        if (capacity == 0 || from == to) return;
        if (capacity > (1L << 62) - _finite) throw new OverflowException("The capacities of a network are at most 2^62 together.");
        _finite += capacity;
        _arcs.Add(new(from, to, capacity));
    }

    /// <summary>Adds an arc that no cut may remove.</summary>
    /// <param name="from">Where it begins.</param>
    /// <param name="to">Where it ends.</param>
    public void AddUnlimited(int from, int to)
    {
        Check(from, to);
        if (from != to) _arcs.Add(new(from, to, Unlimited));
    }

    /// <summary>The arcs, in the order in which they were added; the capacity of an unlimited one is −1.</summary>
    public IEnumerable<(int From, int To, long Capacity)> All() => _arcs.Select(a => (a.From, a.To, a.Capacity));

    /// <summary>Finds the minimum cut; of equally cheap ones the one with most vertices on the source's side.</summary>
    /// <returns>The cut; null if every cut removes an unlimited arc.</returns>
    /// <exception cref="OverflowException">There are so many unlimited arcs from the source that what they carry cannot be counted in 63 bits.</exception>
    public MinimumCut? Cut() => new PushRelabel(this, _arcs, _finite).Run();

    internal const long Unlimited = -1;

    private void Check(int from, int to)
    {
        if ((uint)from >= (uint)Vertices) throw new ArgumentOutOfRangeException(nameof(from));
        if ((uint)to >= (uint)Vertices) throw new ArgumentOutOfRangeException(nameof(to));
    }

    internal readonly record struct Arc(int From, int To, long Capacity);
}
