using Isthmus.Core.Orchestration.Modelling;

namespace Isthmus.Core.Tests.Orchestration.Modelling;

public sealed class ResponseDriftTests
{
    [Fact]
    public void Add_WhatWasExpected_RaisesNoAlarmForLong()
    {
        for (int seed = 0; seed < 5; seed++)
        {
            ResponseDrift drift = new(15);
            Random random = new(seed);
            for (int i = 0; i < 20_000; i++) Assert.False(drift.Add(Normal(random), 0));
        }
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-3)]
    public void Add_ThreeDeviationsOff_IsFoundWithinTenResponses(double off)
    {
        ResponseDrift drift = new(15);
        Random random = new(1);
        for (int i = 0; i < 1000; i++) Assert.False(drift.Add(Normal(random), 0));
        int needed = 0;
        while (!drift.Add(off + Normal(random), off * 10)) needed++;
        Assert.InRange(needed, 2, 9);
        Assert.InRange(drift.OffMs / (off * 10), 0.5, 1);
        drift.Reset();
        Assert.False(drift.Add(4, 1));
        Assert.Equal(1, drift.OffMs);
    }

    [Fact]
    public void Add_OneOutlierInTwenty_RaisesNoAlarm()
    {
        ResponseDrift drift = new(15);
        Random random = new(1);
        for (int i = 0; i < 20_000; i++) Assert.False(drift.Add(i % 20 == 0 ? 1e6 : Normal(random), 0));
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
