namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>Requests by when, or after how much service, they are done: a heap whose memory is kept.</summary>
internal sealed class WaitingLine
{
    private (double Key, int Request)[] _heap = new (double, int)[4];

    public int Count { get; private set; }

    /// <summary>The least key; infinite if there is none.</summary>
    public double First => Count == 0 ? double.PositiveInfinity : _heap[0].Key;

    public void Add(double key, int request)
    {
        if (Count == _heap.Length) Array.Resize(ref _heap, Count * 2);
        int at = Count++;
        while (at > 0 && key < _heap[(at - 1) / 2].Key)
        {
            _heap[at] = _heap[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _heap[at] = (key, request);
    }

    /// <summary>Takes out the one with the least key; there must be one.</summary>
    public int Take()
    {
        int request = _heap[0].Request;
        (double Key, int Request) last = _heap[--Count];
        int at = 0;
        while (true)
        {
            int child = (2 * at) + 1;
            if (child >= Count) break;
            if (child + 1 < Count && _heap[child + 1].Key < _heap[child].Key) child++;
            if (_heap[child].Key >= last.Key) break;
            _heap[at] = _heap[child];
            at = child;
        }

        _heap[at] = last;
        return request;
    }
}
