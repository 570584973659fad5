namespace Isthmus.Node.Admission;

/// <summary>The right to use a worker, until it is disposed.</summary>
internal sealed class WorkPermit(WorkQueue queue, int weight, long granted) : IDisposable
{
    private WorkQueue? _queue = queue;

    /// <summary>Gives the worker back; only the first call does.</summary>
    public void Dispose() => Interlocked.Exchange(ref _queue, null)?.Leave(weight, granted);
}
