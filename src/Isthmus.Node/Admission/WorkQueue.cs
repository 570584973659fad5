using Isthmus.Core.Quantities;

namespace Isthmus.Node.Admission;

/// <summary>
/// Admission control: so many workers, and so many requests that may wait for one, first come, first served. A request that
/// would wait longer than its deadline allows is refused at once, not after it has waited. Thread-safe.
/// </summary>
internal sealed class WorkQueue(int workers, int limit, TimeProvider clock)
{
    // Weight of the newest service time in the running mean that predicts waiting.
    private const double Newest = 0.2;

    private readonly Lock _lock = new();
    private readonly LinkedList<Waiter> _waiting = new();
    private int _busy;
    private double _serviceMs;

    /// <summary>Requests that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock) return _waiting.Count;
        }
    }

    /// <summary>Workers that are busy.</summary>
    public int Busy
    {
        get
        {
            lock (_lock) return _busy;
        }
    }

    /// <summary>Waits for a worker.</summary>
    /// <param name="remaining">Time until the deadline; null for none.</param>
    /// <param name="exclusive">Whether all workers are wanted: nothing else may run meanwhile.</param>
    /// <param name="cancellationToken">Leaves the queue; a request that left is never served.</param>
    /// <returns>The permit; dispose it when the work is done.</returns>
    /// <exception cref="NodeRefusal">429: the queue is full. 503: the wait would outlast the deadline.</exception>
    public ValueTask<WorkPermit> EnterAsync(Milliseconds? remaining, bool exclusive, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        int weight = exclusive ? workers : 1;
        Waiter waiter;
        lock (_lock)
        {
            if (_waiting.Count == 0 && _busy + weight <= workers)
            {
                _busy += weight;
                return new(new WorkPermit(this, weight, clock.GetTimestamp()));
            }

            double waitMs = _serviceMs * ((_waiting.Count / workers) + 1);
            int retryAfter = (int)Math.Clamp(Math.Ceiling(waitMs / 1000), 1, 60);
            if (_waiting.Count >= limit)
                throw new NodeRefusal(429, $"The node is busy and its queue of {limit} is full; try again later, or use another node.", retryAfter);
            if (remaining is { } left && waitMs > left.Value)
                throw new NodeRefusal(503, $"The request would wait about {new Milliseconds(waitMs)}, longer than its deadline allows; try again later, or use another node.", retryAfter);
            waiter = new Waiter(weight);
            waiter.Node = _waiting.AddLast(waiter);
        }

        return WaitAsync(waiter, cancellationToken);
    }

    /// <summary>Gives a permit's workers back.</summary>
    internal void Leave(int weight, long granted)
    {
        double took = clock.GetElapsedTime(granted).TotalMilliseconds;
        lock (_lock)
        {
            _busy -= weight;
            _serviceMs = _serviceMs == 0 ? took : (_serviceMs * (1 - Newest)) + (took * Newest);
            Grant();
        }
    }

    private async ValueTask<WorkPermit> WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                (WorkQueue queue, Waiter waiter) = ((WorkQueue, Waiter))state!;
                queue.Abandon(waiter, token);
            },
            (this, waiter));
        await waiter.Granted.Task;
        return new WorkPermit(this, waiter.Weight, clock.GetTimestamp());
    }

    private void Abandon(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (waiter.Node is null) return;
            _waiting.Remove(waiter.Node);
            waiter.Node = null;
            // The one that left may have blocked lighter ones behind it.
            Grant();
        }

        waiter.Granted.TrySetCanceled(cancellationToken);
    }

    private void Grant()
    {
        while (_waiting.First is { } first && _busy + first.Value.Weight <= workers)
        {
            _waiting.RemoveFirst();
            first.Value.Node = null;
            _busy += first.Value.Weight;
            first.Value.Granted.TrySetResult();
        }
    }

    private sealed class Waiter(int weight)
    {
        public int Weight { get; } = weight;

        public LinkedListNode<Waiter>? Node { get; set; }

        public TaskCompletionSource Granted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
