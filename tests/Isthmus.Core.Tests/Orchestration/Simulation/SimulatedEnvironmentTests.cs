using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Simulation;

public sealed class SimulatedEnvironmentTests
{
    [Fact]
    public void Step_WithoutNoise_IsWhatTheModelExpects() => Prop.ForAll(Gen.Choose(0, 99_999).ToArbitrary(), joint =>
    {
        SystemModel model = Worlds.Paper(5);
        SimulatedEnvironment world = new(model, Worlds.Moving(model, joint) with { Spread = 0 });
        int[] choices = [.. Enumerable.Range(0, 5).Select(u => joint / (int)Math.Pow(10, u) % 10)];
        double[] ms = new double[5];
        for (int i = 0; i < 20; i++)
        {
            JointDecision expected = model.Problem(world.State, new()).Decide([.. choices]);
            double mean = world.ExpectedMeanMs(choices);
            world.Step(choices, ms);
            if (Math.Abs(ms.Average() - expected.MeanMs) > 1e-9 || Math.Abs(mean - expected.MeanMs) > 1e-9) return false;
        }

        return true;
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(100));

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.5)]
    public void Step_WithNoise_HasTheExpectedMeanAndTheStatedSpread(double spread)
    {
        SystemModel model = Worlds.Paper(1);
        SimulatedEnvironment world = new(model, Worlds.Still(model) with { Spread = spread });
        double[] ms = new double[1];
        double sum = 0, squares = 0;
        const int n = 100_000;
        for (int i = 0; i < n; i++)
        {
            world.Step([9], ms);
            sum += ms[0];
            squares += ms[0] * ms[0];
        }

        double mean = sum / n, expected = world.ExpectedMeanMs([9]);
        Assert.Equal(1, mean / expected, 0.02 * spread);
        Assert.Equal(spread, Math.Sqrt((squares / n) - (mean * mean)) / expected, 0.05 * spread);
    }

    [Fact]
    public void Step_EqualSeeds_AreEqualRuns_OtherSeedsAreNot()
    {
        SystemModel model = Worlds.Paper(3);
        double[] first = Run(4), again = Run(4), other = Run(5);
        Assert.Equal(first, again);
        Assert.NotEqual(first, other);

        double[] Run(long seed)
        {
            SimulatedEnvironment world = new(model, Worlds.Moving(model, seed) with { Loss = 0.1 });
            double[] all = new double[300];
            for (int i = 0; i < 100; i++) world.Step([8, 8, 9], all.AsSpan(i * 3, 3));
            return all;
        }
    }

    [Fact]
    public void Step_Chains_AreAtTheSecondLevelAsOftenAsTheirProbabilitiesSay_AndStayAsLong()
    {
        SystemModel model = Worlds.Paper(2);
        SimulatedEnvironment world = new(model, Worlds.Moving(model));
        double[] ms = new double[2];
        const int n = 100_000;
        int weak = 0, arrivals = 0;
        bool before = false;
        for (int i = 0; i < n; i++)
        {
            bool now = world.State.Users[1].Mbps == 4;
            if (now) weak++;
            if (now && !before) arrivals++;
            before = now;
            world.Step([0, 0], ms);
        }

        Assert.Equal(world.Options.Users[1].Link.SecondShare, weak / (double)n, 0.01);
        Assert.Equal(1 / 0.2, weak / (double)arrivals, 0.2);
        Assert.Equal(n, world.State.Step);
    }

    [Fact]
    public void Step_SomeAreLost_AreNaNAsOftenAsStated()
    {
        SystemModel model = Worlds.Paper(1);
        SimulatedEnvironment world = new(model, Worlds.Still(model) with { Loss = 0.25 });
        double[] ms = new double[1];
        int lost = 0;
        for (int i = 0; i < 20_000; i++)
        {
            world.Step([0], ms);
            if (double.IsNaN(ms[0])) lost++;
        }

        Assert.Equal(0.25, lost / 20_000.0, 0.015);
    }

    [Fact]
    public async Task StepAsync_AfterTheFirst_AllocatesNothingAndIsDoneAtOnce()
    {
        SystemModel model = Worlds.Paper(5);
        SimulatedEnvironment world = new(model, Worlds.Moving(model));
        int[] choices = [0, 3, 8, 9, 9];
        double[] ms = new double[5];
        await world.StepAsync(choices, ms);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++) await world.StepAsync(choices, ms);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Change_OtherLinks_HoldFromNowOnAndStepsAreCountedOn()
    {
        SystemModel model = Worlds.Paper(2);
        SimulatedEnvironment world = new(model, Worlds.Still(model) with { Spread = 0 });
        double[] ms = new double[2];
        world.Step([8, 9], ms);
        double before = ms[0];
        world.Change(model, world.Options with { Users = [MachineConditions.Idle(1, 100), MachineConditions.Idle(50, 4)] });
        world.Step([8, 9], ms);
        // 30 kB take 4.8 ms at 50 Mbit/s and 240 at 1; the round trip was 4.
        Assert.Equal(before + 240 - 4.8 + 96, ms[0], 9);
        Assert.Equal(2, world.State.Step);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => world.Change(Worlds.Paper(3), Worlds.Still(Worlds.Paper(3)))).Kind);
    }

    [Fact]
    public void New_WhatMakesNoSense_IsRefused()
    {
        SystemModel model = Worlds.Paper(1);
        SimulationOptions good = Worlds.Still(model);
        SimulationOptions[] wrong =
        [
            good with { Users = [] }, good with { Nodes = [good.Nodes[0]] }, good with { Spread = double.NaN }, good with { Loss = 1.5 }, good with { Users = [MachineConditions.Idle(0, 1)] },
            good with { Users = [MachineConditions.Idle(1, double.NaN)] }, good with { Users = [good.Users[0] with { Cpu = new(0.0) }] },
            good with { Users = [good.Users[0] with { Memory = new(1, 1, 2, 0) }] }, good with { Users = [null!] },
        ];
        Assert.All(wrong, o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new SimulatedEnvironment(model, o)).Kind));
        Assert.Throws<IsthmusException>(() => new SimulatedEnvironment(model with { Contention = [] }, good));
        Assert.Throws<IsthmusException>(() => new SimulatedEnvironment(model, good).Step([10], new double[1]));
        Assert.Throws<IsthmusException>(() => new SimulatedEnvironment(model, good).Step([0, 0], new double[2]));
    }

    [Fact]
    public async Task StepAsync_Cancelled_IsNotTaken()
    {
        SystemModel model = Worlds.Paper(1);
        SimulatedEnvironment world = new(model, Worlds.Still(model));
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await world.StepAsync(new int[1], new double[1], new CancellationToken(canceled: true)));
        Assert.Equal(0, world.State.Step);
    }
}
