using Isthmus.Core.Statistics;

namespace Isthmus.Core.Tests.Statistics;

public sealed class DriftTestTests
{
    [Theory]
    [InlineData(0.9, 0.9)]
    [InlineData(0.5, 0.5)]
    [InlineData(0.99, 0.99)]
    [InlineData(0.88, 0.93)]
    public void Observe_ExpectationsThatHold_AlarmLessOftenThanTheErrorSays(double low, double high)
    {
        // With an error that can be measured in few runs, at the edges of what is expected, where alarms are likeliest.
        const int Runs = 600;
        const double Error = 0.1;
        Random random = new(1);
        foreach (double truth in new[] { low, high })
        {
            int alarms = 0;
            for (int run = 0; run < Runs; run++)
            {
                DriftTest test = new(Error);
                for (int i = 0; i < 1500 && test.Drift == DriftDirection.None; i++) test.Observe(random.NextDouble() < truth, new(low, high));
                if (test.Drift != DriftDirection.None) alarms++;
            }

            Assert.True(alarms <= (Error * Runs) + (3 * Math.Sqrt(Error * Runs)), $"{alarms} of {Runs}");
        }
    }

    [Fact]
    public void Observe_AllOutcomesOfTwelveChecks_WinNothingOnAverage()
    {
        // The exact probability of an alarm, by going through all 4096 outcomes with changing expectations.
        double[] expected = [0.9, 0.5, 0.8, 0.95, 0.7, 0.9, 0.6, 0.99, 0.3, 0.5, 0.8, 0.9];
        double alarm = 0;
        for (int outcome = 0; outcome < 1 << 12; outcome++)
        {
            DriftTest test = new(0.5);
            double probability = 1;
            for (int i = 0; i < 12; i++)
            {
                bool succeeded = (outcome >> i & 1) == 1;
                probability *= succeeded ? expected[i] : 1 - expected[i];
                test.Observe(succeeded, new(expected[i], expected[i]));
            }

            if (test.Drift != DriftDirection.None) alarm += probability;
        }

        Assert.InRange(alarm, 1e-6, 0.5);
    }

    [Theory]
    [InlineData(0.9, 0.5, 0, 60, DriftDirection.Below)]
    [InlineData(0.9, 0.5, 2000, 100, DriftDirection.Below)]
    [InlineData(0.9, 0.75, 500, 350, DriftDirection.Below)]
    [InlineData(0.5, 0.9, 500, 100, DriftDirection.Above)]
    public void Observe_AChangeAtSomeTime_IsFoundSoonAfter(double before, double after, int at, int within, DriftDirection direction)
    {
        Random random = new(2);
        int found = 0;
        for (int run = 0; run < 40; run++)
        {
            DriftTest test = new();
            for (int i = 0; i < at; i++) test.Observe(random.NextDouble() < before, new(before, before));
            for (int i = 0; i < within; i++) test.Observe(random.NextDouble() < after, new(before, before));
            if (test.Drift == direction && test.FoundAfter > at) found++;
        }

        Assert.True(found >= 36, $"{found} of 40");
    }

    [Fact]
    public void Present_OfTheLastChecks_ForgetsEarlierOnes()
    {
        DriftTest test = new();
        Assert.Null(test.Present);
        for (int i = 0; i < 50; i++) test.Observe(false, new(0, 1));
        Assert.Equal(0, test.Present);
        for (int i = 0; i < DriftTest.Window; i++) test.Observe(i % 4 != 0, new(0.6, 0.8));
        Assert.Equal(0.75, test.Present!.Value, 12);
        Assert.Equal(0.7, test.Expected!.Value, 12);
        Assert.Equal(BinomialInterval.Wilson(75, 100), test.PresentInterval);
        Assert.Equal(150, test.Checks);
    }

    [Fact]
    public void Reset_AfterAnAlarm_BeginsAnewAndNeedsMore()
    {
        DriftTest test = new();
        long first = UntilAlarm(test);
        Assert.Equal(DriftDirection.Below, test.Observe(true, new(0.9, 0.9)));
        test.Reset();
        Assert.Equal(DriftDirection.None, test.Drift);
        Assert.Null(test.Present);
        Assert.True(UntilAlarm(test) > first);
        Assert.Equal(1, test.Resets);
    }

    [Fact]
    public void Observe_WhatIsExpectedWithCertainty_MayNotFailOnce()
    {
        DriftTest test = new();
        for (int i = 0; i < 100; i++) test.Observe(true, new(1, 1));
        Assert.Equal(DriftDirection.None, test.Drift);
        Assert.Equal(DriftDirection.Below, test.Observe(false, new(1, 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => test.Observe(true, new(0.5, 1.5)));
        Assert.Throws<ArgumentOutOfRangeException>(() => new DriftTest(0));
    }

    private static long UntilAlarm(DriftTest test)
    {
        while (test.Drift == DriftDirection.None) test.Observe(false, new(0.9, 0.9));
        return test.FoundAfter!.Value;
    }
}
