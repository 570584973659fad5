using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Runtime.Tests.Orchestrating;

public sealed class HostLoadTests
{
    private static string Stat(long user, long idle, int running = 1) => $"""
        cpu  {user} 0 0 {idle} 0 0 0 0 0 0
        cpu0 {user / 2} 0 0 {idle / 2} 0 0 0 0 0 0
        cpu1 {user / 2} 0 0 {idle / 2} 0 0 0 0 0 0
        intr 1 2 3
        procs_running {running}
        """;

    [Fact]
    public void Sample_OthersUseHalfOfTheMachine_HalfIsFree()
    {
        ManualClock clock = new();
        string stat = Stat(100, 100);
        HostLoad load = new(clock, path => path == "/proc/stat" ? stat : null, () => TimeSpan.Zero);
        clock.Advance(1000);
        stat = Stat(200, 200, running: 20);
        // Threads that could run: a moving average, so that one look decides nothing.
        Assert.InRange(load.Sample().Cpu!.Value, 0.29, 0.51);
    }

    [Fact]
    public void Sample_OnlyThisProcessComputes_EverythingIsFree()
    {
        ManualClock clock = new();
        string stat = Stat(100, 100);
        TimeSpan own = TimeSpan.Zero;
        HostLoad load = new(clock, path => path == "/proc/stat" ? stat : null, () => own);
        clock.Advance(1000);
        stat = Stat(300, 100);
        own = TimeSpan.FromSeconds(2);
        Assert.Equal(1, load.Sample().Cpu);
    }

    [Fact]
    public void Sample_OthersUseAllOfTheMachine_OnesTurnIsLeft()
    {
        ManualClock clock = new();
        string stat = Stat(100, 0, 8);
        HostLoad load = new(clock, path => path == "/proc/stat" ? stat : null, () => TimeSpan.Zero);
        for (int i = 1; i <= 40; i++)
        {
            clock.Advance(1000);
            stat = Stat(100 + (200 * i), 0, 8);
            load.Sample();
        }

        // Two processors for eight threads.
        Assert.Equal(0.25, load.Sample().Cpu!.Value, 3);
    }

    [Fact]
    public void Sample_TheSystemDoesNotSay_TheProcessorIsNotKnown()
    {
        ManualClock clock = new();
        HostLoad load = new(clock, _ => null, () => TimeSpan.Zero);
        clock.Advance(1000);
        (double? cpu, double? memory) = load.Sample();
        Assert.Null(cpu);
        Assert.True(memory is null or (>= 0 and <= 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("cpu")]
    [InlineData("cpu a b c d")]
    [InlineData("cpu  1 2 3 4\nprocs_running x")]
    [InlineData("\0\0\0")]
    public void Sample_AFileOfAnotherForm_IsNotKnown(string text) => Assert.Null(ProcessorTimes.Parse(text));

    [Fact]
    public void Sample_ThisMachine_SaysWhatItSays()
    {
        (double? cpu, double? memory) = new HostLoad(TimeProvider.System).Sample();
        Assert.True(cpu is null or (>= 0 and <= 1));
        Assert.True(memory is null or (>= 0 and <= 1));
    }

    [Fact]
    public void MemoryShare_OfLinux_IsWhatIsAvailable() => Assert.Equal(0.25, HostLoad.MemoryShare("MemTotal:       4000 kB\nMemFree:         100 kB\nMemAvailable:   1000 kB\n"));
}
