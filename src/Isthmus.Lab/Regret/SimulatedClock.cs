namespace Isthmus.Lab.Regret;

/// <summary>A clock that a simulation moves, in milliseconds since its start.</summary>
public sealed class SimulatedClock : TimeProvider
{
    /// <summary>Milliseconds since the start.</summary>
    public double Now { get; private set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => (long)(Now * TimeSpan.TicksPerMillisecond);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddMilliseconds(Now);

    /// <summary>Moves the clock.</summary>
    /// <param name="milliseconds">The new time, not before the present one.</param>
    public void MoveTo(double milliseconds)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(milliseconds, Now);
        Now = milliseconds;
    }
}
