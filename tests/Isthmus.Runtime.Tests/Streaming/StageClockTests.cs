using Isthmus.Runtime.Streaming;

namespace Isthmus.Runtime.Tests.Streaming;

public sealed class StageClockTests
{
    [Fact]
    public void Sum_OverlappingTransfers_CountOnce()
    {
        StageClock clock = new();
        clock.Add(new(0), new(100), [new("device", new(0), new(30)), new("device → edge", new(30), new(80)), new("edge", new(80), new(100))]);
        clock.Add(new(30), new(140), [new("device", new(0), new(30)), new("device → edge", new(30), new(90)), new("edge", new(90), new(110))]);
        StreamSummary sum = clock.Sum(2, new(150), prediction: null);
        Assert.Equal(["device", "device → edge", "edge"], sum.Stages.Select(s => s.Stage));
        // 30…80 and 60…120.
        Assert.Equal([60 / 150.0, 90 / 150.0, 40 / 150.0], sum.Stages.Select(s => s.Occupancy), (a, b) => Math.Abs(a - b) < 1e-3);
        Assert.Equal(45, sum.Stages[1].BusyMs);
        Assert.Equal(40, sum.PeriodMs);
        Assert.Equal(25, sum.PerSecond);
        Assert.Equal("device → edge", sum.BusiestStage);
        Assert.Null(sum.PredictedPeriodMs);
    }

    [Fact]
    public void Sum_APrediction_IsBesideWhatWasMeasured()
    {
        StreamPrediction prediction = new([new("device", false, new(50)), new("device → edge", true, new(20)), new("edge", false, new(10))], new(90));
        StreamSummary sum = new StageClock().Sum(prediction.Window, new(0), prediction);
        Assert.Equal(3, prediction.Window);
        Assert.Equal(50, sum.PredictedPeriodMs);
        Assert.Equal(20, sum.PredictedPerSecond);
        Assert.Equal("device", sum.LongestStage);
        Assert.Null(sum.PerSecond);
        Assert.Null(sum.BusiestStage);
        Assert.Equal([50.0, 20, 10], sum.Stages.Select(s => s.PredictedMs!.Value));
    }
}
