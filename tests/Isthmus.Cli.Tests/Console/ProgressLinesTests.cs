using Isthmus.Cli.Console;

namespace Isthmus.Cli.Tests.Console;

public sealed class ProgressLinesTests
{
    [Fact]
    public void Report_AtASteadyPace_SaysHowLongTheRestTakes()
    {
        Clock clock = new();
        using StringWriter writer = new();
        ProgressLines lines = new(writer, "Working", clock);
        // Half was done in an earlier run, which tells nothing of the pace: 1 % in two seconds is.
        lines.Report(new("first", 0.5));
        clock.Seconds = 2;
        lines.Report(new("second", 0.51));
        clock.Seconds = 10;
        lines.Report(new("third", 0.56));
        clock.Seconds = 10.5;
        lines.Report(new("too soon", 0.56));
        Assert.Equal(["Working: second (51 %)", "Working: third (56 %, 73 s left)"], Lines(writer));
    }

    [Fact]
    public void Report_ThatBeginsAnew_ForgetsTheOldPace()
    {
        Clock clock = new();
        using StringWriter writer = new();
        ProgressLines lines = new(writer, "Working", clock);
        lines.Report(new("first", 0));
        clock.Seconds = 4;
        lines.Report(new("first", 1));
        clock.Seconds = 6;
        lines.Report(new("second", 0.1));
        clock.Seconds = 16;
        lines.Report(new("second", 0.3));
        Assert.Equal(["Working: first (100 %, 0 s left)", "Working: second (10 %)", "Working: second (30 %, 35 s left)"], Lines(writer));
    }

    [Theory]
    [InlineData(0.02, "1.6 h left")]
    [InlineData(0.5, "2 min left")]
    [InlineData(0.8, "30 s left")]
    public void Report_LongWork_ChoosesTheUnit(double fraction, string left)
    {
        Clock clock = new();
        using StringWriter writer = new();
        ProgressLines lines = new(writer, "Working", clock);
        lines.Report(new("first", 0));
        clock.Seconds = 120;
        lines.Report(new("first", fraction));
        Assert.EndsWith($", {left})", Assert.Single(Lines(writer)), StringComparison.Ordinal);
    }

    // Percentages have a space before the sign in some cultures' versions and none in others.
    private static string[] Lines(StringWriter writer) =>
        [.. writer.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.TrimEnd().Replace('\u00a0', ' ').Replace(" %", "%", StringComparison.Ordinal).Replace("%", " %", StringComparison.Ordinal))];

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => TimeSpan.FromSeconds(Seconds).Ticks;
    }
}
