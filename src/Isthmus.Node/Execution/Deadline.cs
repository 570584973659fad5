using Isthmus.Core.Quantities;

namespace Isthmus.Node.Execution;

/// <summary>
/// Ends a request when its time is over, when its caller goes away, or when the node is told to stop at once, and knows
/// afterwards which it was.
/// </summary>
internal sealed class Deadline : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly long _arrived;
    private readonly Milliseconds? _limit;
    private readonly CancellationTokenSource? _timer;
    private readonly CancellationTokenSource _all;

    /// <summary>Starts the clock.</summary>
    /// <param name="clock">The clock.</param>
    /// <param name="arrived">When the request arrived.</param>
    /// <param name="limit">Time from then on; null for no limit.</param>
    /// <param name="caller">Cancelled when the caller goes away.</param>
    /// <param name="node">Cancelled when the node stops at once.</param>
    public Deadline(TimeProvider clock, long arrived, Milliseconds? limit, CancellationToken caller, CancellationToken node)
    {
        _clock = clock;
        _arrived = arrived;
        // Timers take 49 days at most; a longer deadline is none.
        _limit = limit is { Value: < 1e9 } ? limit : null;
        if (Remaining is { } left)
        {
            _timer = left.Value <= 0 ? Over() : new CancellationTokenSource(left.ToTimeSpan(), clock);
            _all = CancellationTokenSource.CreateLinkedTokenSource(caller, node, _timer.Token);
        }
        else
        {
            _all = CancellationTokenSource.CreateLinkedTokenSource(caller, node);
        }
    }

    /// <summary>Cancelled when the request need not be answered any more.</summary>
    public CancellationToken Token => _all.Token;

    /// <summary>Whether the time is over.</summary>
    public bool IsOver => _timer is { IsCancellationRequested: true };

    /// <summary>Time that is left, never below a microsecond; null for no limit.</summary>
    public Milliseconds? Remaining => _limit is { } limit ? new(Math.Max(0.001, (limit - Milliseconds.Since(_clock, _arrived)).Value)) : null;

    public void Dispose()
    {
        _all.Dispose();
        _timer?.Dispose();
    }

    private static CancellationTokenSource Over()
    {
        CancellationTokenSource over = new();
        over.Cancel();
        return over;
    }
}
