using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>What a simulation of single requests needs to know besides the system's model.</summary>
/// <param name="Users">How each user's device and access link are over time; they change between intervals.</param>
/// <param name="Nodes">How each node and the way to it are over time.</param>
/// <param name="Arrivals">When each user's requests come.</param>
public sealed record ArrivalOptions(ImmutableArray<MachineConditions> Users, ImmutableArray<MachineConditions> Nodes, ImmutableArray<ArrivalProcess> Arrivals)
{
    /// <summary>The simulated milliseconds of a step. Default 1,000.</summary>
    public double IntervalMs { get; init; } = 1000;

    /// <summary>
    /// The standard deviation of a request's work as a share of its mean, gamma-distributed: 0 constant, 1 exponential. Default 0.1.
    /// </summary>
    public double WorkSpread { get; init; } = 0.1;

    /// <summary>How many requests of one user may be under way; who sends more loses them, and memory stays bounded. Default 1,000.</summary>
    public int MaxPending { get; init; } = 1000;

    /// <summary>Equal seeds make equal runs. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Checks the numbers.</summary>
    /// <param name="actions">The users and nodes that are simulated.</param>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate(ActionSpace actions)
    {
        new SimulationOptions(Users, Nodes).Validate(actions);
        if (Arrivals.IsDefault || Arrivals.Length != Users.Length || Arrivals.Any(a => a is not { Sane: true }))
            throw Wrong("every user sends from 0 to a million requests a second, in bursts and breaks of finite length or without breaks");
        if (!(IntervalMs is > 0 and <= 1e9)) throw Wrong("an interval is above 0 and at most a billion milliseconds");
        if (!(WorkSpread is 0 or (>= 0.01 and <= 10))) throw Wrong("the spread of work is 0, or from 0.01 to 10");
        if (MaxPending is < 1 or > 1_000_000) throw Wrong("from 1 to a million requests of a user may be under way");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This cannot be simulated: {what}.");
}
