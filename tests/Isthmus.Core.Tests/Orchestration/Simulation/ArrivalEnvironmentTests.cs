using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration;
using Isthmus.Core.Orchestration.Simulation;

namespace Isthmus.Core.Tests.Orchestration.Simulation;

public sealed class ArrivalEnvironmentTests
{
    // With processor sharing the mean response time hangs on the mean of the work alone: E[S] / (1 − ρ), whatever its distribution (M/G/1-PS; Kleinrock 1976).
    [Theory]
    [InlineData(0, 0.7)]
    [InlineData(1, 0.5)]
    [InlineData(1, 0.8)]
    [InlineData(2, 0.7)]
    public void Step_OneWorkerAndRandomArrivals_HasTheMeanOfTheFormula(double spread, double load)
    {
        ArrivalEnvironment world = Queue(1, load / 10 * 1000, spread, ContentionCurve.TakingTurns(1));
        Run(world, 20_000);
        Assert.Equal(10 / (1 - load), world.Responses.MeanMs, 10 / (1 - load) * (spread > 1 ? 0.08 : 0.04));
        Assert.True(world.Responses.Count > 100_000 * load);
    }

    // Exponential work on two workers: the number of requests is that of M/M/2, so Erlang's C and Little's law give the mean.
    [Fact]
    public void Step_TwoWorkers_HasTheMeanOfErlang()
    {
        const double load = 0.75;
        ArrivalEnvironment world = Queue(3, 2 * load / 10 * 1000, 1, ContentionCurve.TakingTurns(2));
        Run(world, 10_000);
        double offered = 2 * load, wait = offered * offered / 2 / (1 - load), c = wait / (1 + offered + wait);
        Assert.Equal(10 + (c * 10 / (2 * (1 - load))), world.Responses.MeanMs, 0.8);
    }

    // Little: requests under way are arrivals per time × mean response time.
    [Fact]
    public void Step_ManyIntervals_KeepsLittlesLaw()
    {
        SystemModel model = Worlds.Paper(3, deviceFactor: 1);
        ArrivalEnvironment world = new(model, Options(model, new ArrivalProcess(9)) with { IntervalMs = 37, WorkSpread = 0.5 });
        double pending = 0;
        double[] ms = new double[3];
        const int n = 200_000;
        for (int i = 0; i < n; i++)
        {
            world.Step([0, 8, 9], ms);
            pending += world.Pending;
        }

        Assert.Equal(world.Arrived / world.NowMs * world.Responses.MeanMs, pending / n, 0.02 * pending / n);
    }

    [Fact]
    public void Step_WhenNothingIsLeft_AllWorkWasDoneAndNoneTwice_WithoutIdlingWhileThereWasSome()
    {
        ArrivalEnvironment world = Queue(2, 60, 0, ContentionCurve.TakingTurns(1));
        int checkedTimes = 0;
        double[] ms = new double[2];
        for (int i = 0; i < 2000; i++)
        {
            world.Step([0, 0], ms);
            SharedProcessor node = world.Machines[^1];
            Assert.Equal(node.BusyMs, node.WorkDoneMs, 1e-6 * (1 + node.BusyMs));
            if (world.Pending > 0) continue;
            Assert.Equal(10.0 * world.Arrived, node.WorkDoneMs, 1e-6 * (1 + node.BusyMs));
            checkedTimes++;
        }

        Assert.True(checkedTimes > 100);
    }

    [Fact]
    public void Step_ARequestAlone_TakesWhatTheModelExpects()
    {
        SystemModel model = Worlds.Paper(3);
        ArrivalEnvironment world = new(model, Options(model, new ArrivalProcess(0.0001)) with { WorkSpread = 0, IntervalMs = 1e6 });
        int[] choices = [3, 8, 9];
        Run(world, 500, choices);
        for (int u = 0; u < 3; u++) Assert.Equal(model.ExpectedMs(world.State, u, choices[u], 1), world.PerUser[u].MeanMs, 0.5);
    }

    [Fact]
    public void Step_Bursts_AreAsManyRequestsButLongerTails()
    {
        ArrivalEnvironment poisson = Queue(1, 50, 1, ContentionCurve.TakingTurns(1)), bursts = Queue(1, 50, 1, ContentionCurve.TakingTurns(1), onMs: 500, offMs: 1500);
        Run(poisson, 20_000);
        Run(bursts, 20_000);
        Assert.Equal(50, bursts.Arrived / bursts.NowMs * 1000, 2.0);
        Assert.Equal(50, poisson.Arrived / poisson.NowMs * 1000, 0.5);
        Assert.True(bursts.Responses.QuantileMs(0.99) > 3 * poisson.Responses.QuantileMs(0.99));
    }

    [Fact]
    public void Step_EqualUsers_AreServedAlike_AndASlowOneIsNot()
    {
        ArrivalEnvironment equal = Queue(4, 60, 0.5, ContentionCurve.TakingTurns(1));
        Run(equal, 3000);
        Assert.InRange(equal.Fairness, 0.999, 1);
        SystemModel model = Worlds.Paper(2);
        ArrivalEnvironment unequal = new(model, Options(model, new ArrivalProcess(0.5)));
        Run(unequal, 500, [0, 9]);
        Assert.InRange(unequal.Fairness, 0.5, 0.9);
    }

    [Fact]
    public void Step_EqualSeeds_AreEqualRuns_OthersAreNot()
    {
        Assert.Equal(Trace(1), Trace(1));
        Assert.NotEqual(Trace(1), Trace(2));

        static double[] Trace(long seed)
        {
            SystemModel model = Worlds.Paper(3);
            ArrivalEnvironment world = new(model, new(Worlds.Moving(model).Users, Worlds.Moving(model).Nodes, [new(3), new(2, 300, 700), new(5)]) { Seed = seed });
            double[] all = new double[300];
            for (int i = 0; i < 100; i++) world.Step([7, 8, 9], all.AsSpan(3 * i, 3));
            return all;
        }
    }

    [Fact]
    public void Step_TenTimesOverloaded_LosesWhatIsTooMuch_ServesEverybodyAndStaysBounded()
    {
        SystemModel model = Worlds.Paper(5);
        ArrivalEnvironment world = new(model, Options(model, new ArrivalProcess(10 * 1000 / 120.0 / 5)) with { MaxPending = 50 });
        int[] choices = [8, 8, 8, 8, 8];
        double[] ms = new double[5];
        for (int i = 0; i < 100; i++) world.Step(choices, ms);
        world.ClearStatistics();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 300; i++) world.Step(choices, ms);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(world.Pending, 200, 250);
        Assert.Equal(0.9, (double)world.Lost / world.Arrived, 0.02);
        long[] served = [.. world.PerUser.Select(p => p.Count)];
        Assert.True(served.Min() > 0.8 * served.Max());
    }

    [Fact]
    public void Step_NothingWasAnswered_SaysHowLongTheOldestWaits_AndNaNIfThereIsNone()
    {
        SystemModel model = Worlds.Paper(2);
        ArrivalEnvironment world = new(model, Options(model, new ArrivalProcess(1000)) with { Arrivals = [new(1000), new(0)], IntervalMs = 10 });
        double[] ms = new double[2];
        world.Step([0, 0], ms);
        Assert.InRange(ms[0], 0.001, 10);
        double before = ms[0];
        world.Step([0, 0], ms);
        Assert.Equal(before + 10, ms[0], 9);
        Assert.True(double.IsNaN(ms[1]));
    }

    [Fact]
    public void Step_AProcessorBecomesBusy_ServesSlowerFromThenOn()
    {
        SystemModel model = Worlds.Paper(1);
        ArrivalEnvironment world = new(model, new([new(new(1, 0.5, 1, 0), new(1), new(new LinkLevel(50, 4)))], Worlds.Still(model).Nodes, [new(1)]) { WorkSpread = 0, IntervalMs = 1e5 });
        double[] ms = new double[1];
        world.Step([3], ms);
        Assert.Equal(0.5, world.State.Users[0].Cpu);
        world.ClearStatistics();
        Run(world, 50, [3]);

        // M/D/1-PS with work of 66 ms at half speed: 132 / (1 − 0.132).
        Assert.Equal(132 / (1 - 0.132), world.Responses.MeanMs, 4.0);
    }

    [Fact]
    public async Task New_AndSteps_WhatMakesNoSense_IsRefused()
    {
        SystemModel model = Worlds.Paper(1);
        ArrivalOptions good = Options(model, new ArrivalProcess(1));
        ArrivalOptions[] wrong =
        [
            good with { Arrivals = [] }, good with { Arrivals = [new(-1)] }, good with { Arrivals = [new(1, 0, 5)] }, good with { Arrivals = [new(double.NaN)] }, good with { IntervalMs = 0 }, good with { WorkSpread = -1 },
            good with { MaxPending = 0 }, good with { Users = [] },
        ];
        Assert.All(wrong, o => Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new ArrivalEnvironment(model, o)).Kind));
        ArrivalEnvironment world = new(model, good);
        Assert.Throws<IsthmusException>(() => world.Step([10], new double[1]));
        Assert.Throws<IsthmusException>(() => world.Step([0, 0], new double[2]));
        await world.StepAsync(new int[1], new double[1]);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await world.StepAsync(new int[1], new double[1], new CancellationToken(canceled: true)));
        Assert.Equal(1, world.State.Step);
    }

    // Users who all use one node on which a request takes 10 ms, over a link that takes no time.
    private static ArrivalEnvironment Queue(int users, double perSecond, double spread, ContentionCurve contention, double onMs = 0, double offMs = 0)
    {
        SystemModel model = new(new(["node"], [.. Enumerable.Range(0, users).Select(u => new UserMenu($"u{u}", [new("node", 0, 0, 0, 10, 1)]))]), [contention]);
        ImmutableArray<MachineConditions> idle = [.. Enumerable.Repeat(MachineConditions.Idle(1000, 0), users)];
        return new(model, new(idle, [idle[0]], [.. Enumerable.Repeat(new ArrivalProcess(perSecond / users, onMs, offMs), users)]) { WorkSpread = spread, Seed = 5, MaxPending = 100_000 });
    }

    private static ArrivalOptions Options(SystemModel model, ArrivalProcess process) => new(Worlds.Still(model).Users, Worlds.Still(model).Nodes, [.. model.Actions.Users.Select(_ => process)]);

    private static void Run(ArrivalEnvironment world, int intervals, int[]? choices = null)
    {
        choices ??= new int[world.Actions.Users.Length];
        double[] ms = new double[choices.Length];
        for (int i = 0; i < intervals; i++) world.Step(choices, ms);
    }
}
