namespace Isthmus.Core.Graphs.Flow;

/// <summary>One run of push–relabel; see <see cref="FlowNetwork"/>.</summary>
internal sealed class PushRelabel
{
    private readonly int _n, _source, _sink;
    private readonly long _finite;

    // The arcs of vertex v and the reverses of those that end there are at _first[v] … _first[v + 1].
    private readonly int[] _first, _to, _twin;
    private readonly long[] _residual;
    private readonly long[] _excess;
    private readonly int[] _height, _current, _atHeight;

    // Active vertices by height, each height a stack.
    private readonly int[] _top, _below;
    private int _highest;
    private long _work;

    public PushRelabel(FlowNetwork network, List<FlowNetwork.Arc> arcs, long finite)
    {
        _n = network.Vertices;
        _source = network.Source;
        _sink = network.Sink;
        _finite = finite;
        long unlimited = finite + 1;
        int fromSource = 0;
        _first = new int[_n + 2];
        foreach (FlowNetwork.Arc arc in arcs)
        {
            _first[arc.From + 1]++;
            _first[arc.To + 1]++;
            if (arc.From == _source && arc.Capacity == FlowNetwork.Unlimited) fromSource++;
        }

        if ((Int128)unlimited * (fromSource + 2) > long.MaxValue) throw new OverflowException("The network has too many unlimited arcs for its capacities.");
        for (int v = 0; v < _n; v++) _first[v + 1] += _first[v];
        int[] next = _first.AsSpan(0, _n).ToArray();
        _to = new int[2 * arcs.Count];
        _twin = new int[2 * arcs.Count];
        _residual = new long[2 * arcs.Count];
        foreach (FlowNetwork.Arc arc in arcs)
        {
            int a = next[arc.From]++, b = next[arc.To]++;
            _to[a] = arc.To;
            _to[b] = arc.From;
            _twin[a] = b;
            _twin[b] = a;
            _residual[a] = arc.Capacity == FlowNetwork.Unlimited ? unlimited : arc.Capacity;
        }

        _excess = new long[_n];
        _height = new int[_n];
        _current = new int[_n];
        _atHeight = new int[_n + 1];
        _top = new int[_n + 1];
        _below = new int[_n];
    }

    public MinimumCut? Run()
    {
        for (int a = _first[_source]; a < _first[_source + 1]; a++)
        {
            long all = _residual[a];
            _residual[a] = 0;
            _residual[_twin[a]] += all;
            _excess[_to[a]] += all;
        }

        Relabel();
        // About as much work between two exact labellings as one of them takes.
        long budget = (6L * _n) + _to.Length;
        while (true)
        {
            while (_highest >= 0 && _top[_highest] < 0) _highest--;
            if (_highest < 0) break;
            int v = _top[_highest];
            _top[_highest] = _below[v];
            Discharge(v);
            if (_work > budget) Relabel();
        }

        if (_excess[_sink] > _finite) return null;
        bool[] onSourceSide = new bool[_n];
        Relabel();
        for (int v = 0; v < _n; v++) onSourceSide[v] = _height[v] >= _n;
        return new(_excess[_sink], onSourceSide);
    }

    // Exact distances to the sink in what is left, breadth first. Whoever cannot reach it has height n, and is done with.
    private void Relabel()
    {
        _work = 0;
        _highest = -1;
        Array.Fill(_height, _n);
        Array.Clear(_atHeight);
        Array.Fill(_top, -1);
        int[] queue = _below;
        int head = 0, tail = 0;
        _height[_sink] = 0;
        queue[tail++] = _sink;
        while (head < tail)
        {
            int v = queue[head++];
            for (int a = _first[v]; a < _first[v + 1]; a++)
            {
                int w = _to[a];
                if (_height[w] < _n || w == _source || _residual[_twin[a]] == 0) continue;
                _height[w] = _height[v] + 1;
                queue[tail++] = w;
            }
        }

        for (int v = 0; v < _n; v++) _current[v] = _first[v];
        // The queue's memory becomes that of the stacks.
        for (int v = 0; v < _n; v++)
        {
            if (_height[v] >= _n) continue;
            _atHeight[_height[v]]++;
            if (_excess[v] > 0 && v != _sink) Activate(v);
        }
    }

    private void Activate(int v)
    {
        int height = _height[v];
        _below[v] = _top[height];
        _top[height] = v;
        if (height > _highest) _highest = height;
    }

    private void Discharge(int v)
    {
        while (true)
        {
            int end = _first[v + 1];
            int height = _height[v];
            int a = _current[v];
            for (; a < end; a++)
            {
                if (_residual[a] == 0) continue;
                int w = _to[a];
                if (_height[w] != height - 1) continue;
                long amount = Math.Min(_excess[v], _residual[a]);
                _residual[a] -= amount;
                _residual[_twin[a]] += amount;
                if (_excess[w] == 0 && w != _sink) Activate(w);
                _excess[w] += amount;
                _excess[v] -= amount;
                if (_excess[v] == 0) break;
            }

            _work += a - _current[v] + 1;
            _current[v] = a;
            if (_excess[v] == 0) return;
            if (!Lift(v)) return;
        }
    }

    // Raises a vertex to where it can push again; false if it can reach the sink no more.
    private bool Lift(int v)
    {
        int old = _height[v], lowest = _n;
        for (int a = _first[v]; a < _first[v + 1]; a++)
        {
            if (_residual[a] > 0 && _height[_to[a]] + 1 < lowest)
            {
                lowest = _height[_to[a]] + 1;
                _current[v] = a;
            }
        }

        _work += _first[v + 1] - _first[v] + 12;
        if (--_atHeight[old] == 0)
        {
            // Nobody is left at this height: those above cannot come down past it.
            for (int u = 0; u < _n; u++)
            {
                if (_height[u] <= old || _height[u] >= _n) continue;
                _atHeight[_height[u]]--;
                _height[u] = _n;
            }

            for (int h = old + 1; h <= _highest; h++) _top[h] = -1;
            _highest = Math.Min(_highest, old);
            lowest = _n;
        }

        _height[v] = lowest;
        if (lowest >= _n) return false;
        _atHeight[lowest]++;
        if (lowest > _highest) _highest = lowest;
        return true;
    }
}
