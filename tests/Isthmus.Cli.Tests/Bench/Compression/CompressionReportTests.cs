using System.Collections.Immutable;
using Isthmus.Bench.Compression;

namespace Isthmus.Cli.Tests.Bench.Compression;

public sealed class CompressionReportTests
{
    [Fact]
    public void Goals_QuarterFewerBytesAtEqualAgreement_IsMet()
    {
        CompressionGoal goal = Assert.Single(Report(zeros: 0.5, Setting("floor:3", 100, 0.9, 0.05), Setting("dense:3", 60, 0.85, 0.1), Setting("dense:5", 80, 0.95, 0.02)).Goals);
        Assert.Equal(("dense", true), (goal.Codec, goal.Met));
        Assert.Equal(30, goal.Figure!.Value, 9);
    }

    [Fact]
    public void Goals_NoSettingAgreesAsOften_IsNotMet()
    {
        CompressionGoal goal = Assert.Single(Report(zeros: 0.5, Setting("floor:3", 100, 0.9, 0.05), Setting("fast:3", 60, 0.85, 0.1)).Goals);
        Assert.Equal((null, false), (goal.Figure, goal.Met));
    }

    [Fact]
    public void Goals_HalfTheBytesOfJalad_IsMetAtEqualLossAndAtEqualAgreement()
    {
        ImmutableArray<CompressionGoal> goals = Report(zeros: 0.5, Setting("huffman:3", 210, 0.95, 0.02), Setting("fast:5", 100, 0.95, 0.02), Setting("dense:5", 120, 0.96, 0.01)).Goals;
        Assert.Equal(2, goals.Length);
        Assert.All(goals, g => Assert.Equal(("fast", 2.1, true), (g.Codec, Math.Round(g.Figure!.Value, 9), g.Met)));
    }

    [Fact]
    public void Goals_JaladSettingThatASmallerOneEquals_IsNoBaseline()
    {
        CompressionReport report = Report(zeros: 0.5, Setting("huffman:3", 200, 0.95, 0.02), Setting("huffman:4", 250, 0.95, 0.02), Setting("fast:5", 100, 0.95, 0.02));
        Assert.Equal(["huffman:3"], report.Rows[0].AgainstJalad.Select(c => c.Baseline));
        Assert.Equal(["huffman:3"], report.Rows[0].AgainstJaladTop1.Select(c => c.Baseline));
    }

    [Theory]
    [InlineData(0.009, true)]
    [InlineData(0.01, false)]
    public void Goals_MostlyZeros_CountsOnlySettingsThatLoseLessThanAPoint(double loss, bool met)
    {
        // 80 bytes for 1000 values are 0.64 bit per value.
        CompressionGoal goal = Report(zeros: 0.75, Setting("floor:3", 100, 0.99, 0), Setting("dense:3", 80, 0.99, loss)).Goals.Last();
        Assert.Equal(met, goal.Met);
    }

    private static CompressionReport Report(double zeros, params MeasuredSetting[] settings) =>
        new(Quick: false, [new CompressionRow("row", "network", "c01", ["t"], ["1×10×10×10"], 1000, 0.5, zeros, 10, 0.9, [.. settings], [], [], [], [], []).Compared([])]);

    private static MeasuredSetting Setting(string codec, double bytes, double agreement, double loss) => new(codec, bytes, bytes * 8 / 1000, agreement, 0.9 - loss, loss, null, null);
}
