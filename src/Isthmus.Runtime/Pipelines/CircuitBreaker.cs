using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Pipelines;

/// <summary>
/// Excludes a node that fails, so that requests do not each wait for it to fail again. It comes back by a question that costs
/// nobody anything (<see cref="IsDue"/>), never by a user's request. Thread-safe.
/// </summary>
public sealed class CircuitBreaker
{
    private readonly CircuitBreakerOptions _options;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private int _failures;
    private long _since;
    private TimeSpan _pause;
    private bool _isOpen;
    private string _reason = "";

    /// <summary>Creates a breaker of a node that works.</summary>
    public CircuitBreaker(TimeProvider clock, CircuitBreakerOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(clock);
        _options = options ?? CircuitBreakerOptions.Default;
        _options.Validate();
        _clock = clock;
        _pause = _options.Pause;
    }

    /// <summary>Whether the node is excluded.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock) return _isOpen;
        }
    }

    /// <summary>Whether the node is excluded and should be asked again.</summary>
    public bool IsDue
    {
        get
        {
            lock (_lock) return _isOpen && _clock.GetElapsedTime(_since) >= _pause;
        }
    }

    /// <summary>Why it is excluded; empty if it is not.</summary>
    public string Reason
    {
        get
        {
            lock (_lock) return _isOpen ? _reason : "";
        }
    }

    /// <summary>The node answered.</summary>
    public void Succeeded()
    {
        lock (_lock)
        {
            _failures = 0;
            _isOpen = false;
            _pause = _options.Pause;
        }
    }

    /// <summary>The node did not answer a request, or the question whether it is there again.</summary>
    public void Failed(NodeFailure failure, string reason)
    {
        lock (_lock)
        {
            if (_isOpen)
            {
                // Requests that were under way when it was excluded fail too; they are no news.
                if (_clock.GetElapsedTime(_since) < _pause) return;
                _pause = TimeSpan.FromTicks(Math.Min(_options.LongestPause.Ticks, _pause.Ticks * 2));
            }
            else if (++_failures < _options.Failures && failure != NodeFailure.Unreachable)
            {
                return;
            }

            _isOpen = true;
            _reason = reason;
            _since = _clock.GetTimestamp();
        }
    }
}
