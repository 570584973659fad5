using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>
/// Emulates a slower device: after computing for t it waits (F − 1) · t. Timers are coarse, so what one wait was too long or too
/// short by is carried to the next. One per picture; not thread-safe.
/// </summary>
internal sealed class DevicePace(double factor, TimeProvider clock)
{
    private double _owed;

    /// <summary>Waits for what computing took less than on the emulated device.</summary>
    /// <returns>The time with the wait.</returns>
    public async ValueTask<Milliseconds> StretchAsync(Milliseconds computed, CancellationToken cancellationToken)
    {
        double wait = (factor - 1) * computed.Value;
        if (wait <= 0) return computed;
        _owed += wait;
        if (_owed < 1) return computed + new Milliseconds(wait);
        long start = clock.GetTimestamp();
        await Task.Delay(TimeSpan.FromMilliseconds(Math.Floor(_owed)), clock, cancellationToken);
        _owed -= Milliseconds.Since(clock, start).Value;
        return computed + new Milliseconds(wait);
    }
}
