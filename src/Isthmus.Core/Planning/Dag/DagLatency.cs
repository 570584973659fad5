using Isthmus.Core.Errors;
using Isthmus.Core.Graphs.Flow;

namespace Isthmus.Core.Planning.Dag;

/// <summary>The partition that answers soonest: everything one after another, as for one picture (DADS, light load). One minimum cut, exact for any graph and any number of nodes on the route.</summary>
public static class DagLatency
{
    /// <summary>Finds it.</summary>
    /// <exception cref="IsthmusException">No placement is allowed.</exception>
    public static DagAnswer Minimise(DagProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        DagPartition partition = PartitionNetwork.Solve(problem, StageWeights.Latency(problem.Places), limits: null, out _) ?? throw Nowhere();
        return new(partition, partition.Latency, partition.Latency, 1);
    }

    /// <summary>The network whose minimum cut it is, in units of a fraction of a millisecond that is as fine as 52 bits allow.</summary>
    public static FlowNetwork Network(DagProblem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return PartitionNetwork.Build(problem, StageWeights.Latency(problem.Places), limits: null, out _);
    }

    internal static IsthmusException Nowhere() =>
        new(ErrorKind.Planning, "The graph cannot be partitioned: some operator may run nowhere, or a tensor that it needs may not cross; allow another node or another codec.");
}
