using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration.Simulation;
using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Orchestration.Simulation;

public sealed class ResponseStatisticsTests
{
    [Fact]
    public void QuantileMs_RandomTimes_IsWithinAPercentOfTheSortedOnes() => Prop.ForAll(Gen.Choose(1, 1_000_000).ToArbitrary(), seed =>
    {
        SeededRandom random = new(seed);
        ResponseStatistics statistics = new();
        double[] times = [.. Enumerable.Range(0, 1 + random.Next(500)).Select(_ => Math.Exp(4 + (1.5 * random.NextNormal()))).Order()];
        foreach (double ms in times) statistics.Add(ms);
        return new[] { 0, 0.01, 0.5, 0.95, 0.99, 1 }.All(share =>
        {
            double exact = times[Math.Clamp((int)Math.Ceiling(share * times.Length), 1, times.Length) - 1];
            return Math.Abs(statistics.QuantileMs(share) - exact) <= 0.0101 * exact;
        }) && Math.Abs(statistics.MeanMs - times.Average()) < 1e-9 * times.Sum();
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Fact]
    public void Add_WhatIsBeyond_CountsAsTheEnd()
    {
        ResponseStatistics statistics = new();
        Assert.True(double.IsNaN(statistics.QuantileMs(0.5)) && double.IsNaN(statistics.MeanMs));
        statistics.Add(0);
        statistics.Add(1e300);
        Assert.Equal(0.01, statistics.QuantileMs(0.5));
        Assert.InRange(statistics.QuantileMs(1), 0.98e8, 1.02e8);
        statistics.Clear();
        Assert.Equal(0, statistics.Count);
    }

    [Fact]
    public void Jain_KnownShares_IsTheFormula()
    {
        Assert.Equal(1, ResponseStatistics.Jain([3, 3, 3]), 12);
        Assert.Equal(0.25, ResponseStatistics.Jain([0, 7, 0, 0]), 12);
        Assert.Equal(9 / 10.0, ResponseStatistics.Jain([1, 2, double.NaN]), 12);
        Assert.True(double.IsNaN(ResponseStatistics.Jain([])));
    }
}
