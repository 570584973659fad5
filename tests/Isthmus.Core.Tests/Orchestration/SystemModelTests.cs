using Isthmus.Core.Orchestration;

namespace Isthmus.Core.Tests.Orchestration;

public sealed class SystemModelTests
{
    // One user: 100 ms on the device; 10 ms of encoding, 25,000 bytes and 20 ms on a node that takes turns.
    private static readonly SystemModel Model = new(
        new(["edge"], [new("u", [new("own", UserAction.Own, 100, 0, 0, 0.9), new("edge", 0, 10, 25_000, 20, 0.8)]), new("v", [new("own", UserAction.Own, 50, 0, 0, 0.7)])]),
        [ContentionCurve.TakingTurns(1)]);

    [Fact]
    public void ExpectedMs_OwnDevice_IsItsWorkOverTheFreeProcessor()
    {
        Assert.Equal(100, Model.ExpectedMs(State(), 0, 0, 1));
        Assert.Equal(400, Model.ExpectedMs(State(cpu: 0.25), 0, 0, 1));
    }

    [Fact]
    public void ExpectedMs_Node_IsEncodingRoundTripsBytesAndSharedWork()
    {
        // 25,000 bytes over the slower of 10 and 20 Mbit/s take 20 ms.
        Assert.Equal(10 + 4 + 6 + 20 + 20, Model.ExpectedMs(State(), 0, 1, 1), 9);
        Assert.Equal(10 + 4 + 6 + 20 + 60, Model.ExpectedMs(State(), 0, 1, 3), 9);
        SystemState busy = State();
        busy.Nodes[0] = busy.Nodes[0] with { Cpu = 0.5, Mbps = 5 };
        Assert.Equal(10 + 4 + 6 + 40 + 40, Model.ExpectedMs(busy, 0, 1, 1), 9);
    }

    [Fact]
    public void ExpectedMs_ShortOfMemory_OnlyComputingIsSlower()
    {
        SystemModel slow = Model with { LowMemoryFactor = 2 };
        SystemState state = State();
        state.Users[0] = state.Users[0] with { Memory = 0.05 };
        Assert.Equal(200, slow.ExpectedMs(state, 0, 0, 1));
        Assert.Equal(20 + 4 + 6 + 20 + 20, slow.ExpectedMs(state, 0, 1, 1), 9);
        state.Nodes[0] = state.Nodes[0] with { Memory = 0.05 };
        Assert.Equal(20 + 4 + 6 + 20 + 40, slow.ExpectedMs(state, 0, 1, 1), 9);
    }

    [Fact]
    public void Problem_EveryOption_TakesWhatTheModelSaysForThatManyUsers()
    {
        JointProblem problem = Model.Problem(State(), new(0.75, 1000));
        Assert.Equal((0.75, 1000.0), (problem.MinMeanAccuracy, problem.MsPerMissingAccuracy));
        for (int k = 1; k <= 2; k++) Assert.Equal(Model.ExpectedMs(State(), 0, 1, k), problem.Users[0].Options[1].At(k), 9);
        Assert.Equal([100.0], problem.Users[0].Options[0].Ms);
        Assert.Equal(75.0, problem.Decide([0, 0]).MeanMs);
    }

    private static SystemState State(double cpu = 1)
    {
        SystemState state = new(2, 1);
        state.Users[0] = new(cpu, 1, 10, 4);
        state.Users[1] = new(1, 1, 10, 4);
        state.Nodes[0] = new(1, 1, 20, 6);
        return state;
    }
}
