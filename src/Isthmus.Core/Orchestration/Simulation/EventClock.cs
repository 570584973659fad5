namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>When each of a fixed number of sources has its next event; the next of all is on top of a heap. Allocates nothing.</summary>
internal sealed class EventClock
{
    private readonly double[] _times;
    private readonly int[] _heap;
    private readonly int[] _place;

    public EventClock(int sources)
    {
        _times = new double[sources];
        Array.Fill(_times, double.PositiveInfinity);
        _heap = [.. Enumerable.Range(0, sources)];
        _place = [.. _heap];
    }

    /// <summary>The source of the next event; of simultaneous ones the first.</summary>
    public int Source => _heap[0];

    /// <summary>When it is; infinite if none has any.</summary>
    public double Time => _times[_heap[0]];

    /// <summary>Says when a source has its next event.</summary>
    public void Set(int source, double time)
    {
        _times[source] = time;
        int at = _place[source];
        while (at > 0 && Before(source, _heap[(at - 1) / 2]))
        {
            Put(at, _heap[(at - 1) / 2]);
            at = (at - 1) / 2;
        }

        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= _heap.Length) break;
            if (child + 1 < _heap.Length && Before(_heap[child + 1], _heap[child])) child++;
            if (!Before(_heap[child], source)) break;
            Put(at, _heap[child]);
            at = child;
        }

        Put(at, source);
    }

    private bool Before(int x, int y) => _times[x] < _times[y] || (_times[x] == _times[y] && x < y);

    private void Put(int at, int source)
    {
        _heap[at] = source;
        _place[source] = at;
    }
}
