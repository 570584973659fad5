namespace Isthmus.Node.Tests.Orchestrating;

/// <summary>A clock that moves only when a test says so, and whose wall clock can jump.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _ticks = TimeSpan.TicksPerDay;
    private long _wall;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(50).AddTicks(GetTimestamp() + Interlocked.Read(ref _wall));

    public void Advance(double milliseconds) => Interlocked.Add(ref _ticks, (long)(milliseconds * TimeSpan.TicksPerMillisecond));

    /// <summary>The wall clock is set to another time.</summary>
    public void Jump(TimeSpan by) => Interlocked.Add(ref _wall, by.Ticks);
}
