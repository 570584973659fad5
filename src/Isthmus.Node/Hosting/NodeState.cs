namespace Isthmus.Node.Hosting;

/// <summary>Whether the node takes requests, and how many it is answering. Thread-safe.</summary>
internal sealed class NodeState : IDisposable
{
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _abort = new();
    private TaskCompletionSource? _idle;
    private int _inFlight;

    /// <summary>Whether it stops: no further request is accepted.</summary>
    public bool IsStopping
    {
        get
        {
            lock (_lock) return field;
        }

        set
        {
            lock (_lock) field = value;
        }
    }

    /// <summary>Requests that were accepted and not answered yet.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock) return _inFlight;
        }
    }

    /// <summary>Cancelled when everything is to stop at once.</summary>
    public CancellationToken Aborted => _abort.Token;

    /// <summary>Stops everything at once.</summary>
    public void Abort() => _abort.Cancel();

    /// <summary>Accepts a request; call <see cref="Leave"/> when it is answered.</summary>
    /// <exception cref="NodeRefusal">503: the node stops.</exception>
    public void Enter()
    {
        lock (_lock)
        {
            if (IsStopping) throw new NodeRefusal(503, "The node is stopping and takes no more requests; use another node.", retryAfterSeconds: 5);
            _inFlight++;
        }
    }

    /// <summary>A request that was accepted is answered.</summary>
    public void Leave()
    {
        lock (_lock)
        {
            if (--_inFlight == 0) _idle?.TrySetResult();
        }
    }

    /// <summary>Waits until every accepted request is answered.</summary>
    /// <param name="cancellationToken">Ends the wait; does not throw.</param>
    public async Task IdleAsync(CancellationToken cancellationToken)
    {
        Task idle;
        lock (_lock)
        {
            if (_inFlight == 0) return;
            _idle ??= new(TaskCreationOptions.RunContinuationsAsynchronously);
            idle = _idle.Task;
        }

        await idle.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _abort.Dispose();
}
