namespace Isthmus.Lab.Tests.Fuzzing;

/// <summary>A clock that goes as the system's does, and further when it is told to.</summary>
internal sealed class AdvancingClock : TimeProvider
{
    private long _ticks;

    public void Advance(TimeSpan time) => Interlocked.Add(ref _ticks, (long)(time.TotalSeconds * TimestampFrequency));

    public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _ticks);
}
