using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>What a simulation needs to know besides the system's model.</summary>
/// <param name="Users">How each user's device and access link are over time.</param>
/// <param name="Nodes">How each node and the way to it are over time.</param>
public sealed record SimulationOptions(ImmutableArray<MachineConditions> Users, ImmutableArray<MachineConditions> Nodes)
{
    /// <summary>Equal seeds make equal runs. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>
    /// The standard deviation of a response time as a share of what is expected; the expected time itself is kept. Log-normal. Default 0.05; 0 for none.
    /// </summary>
    public double Spread { get; init; } = 0.05;

    /// <summary>The share of requests that are lost, 0…1. Default 0.</summary>
    public double Loss { get; init; }

    /// <summary>Idle machines on links that stay as they are: the simplest world.</summary>
    /// <param name="actions">The users and nodes.</param>
    /// <param name="user">Every user's access link.</param>
    /// <param name="node">The way to every node.</param>
    public static SimulationOptions Still(ActionSpace actions, LinkLevel user, LinkLevel node)
    {
        ArgumentNullException.ThrowIfNull(actions);
        return new([.. actions.Users.Select(_ => MachineConditions.Idle(user.Mbps, user.RttMs))], [.. actions.Nodes.Select(_ => MachineConditions.Idle(node.Mbps, node.RttMs))]);
    }

    /// <summary>Checks the numbers.</summary>
    /// <param name="actions">The users and nodes that are simulated.</param>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate(ActionSpace actions)
    {
        ArgumentNullException.ThrowIfNull(actions);
        if (Users.IsDefault || Nodes.IsDefault || Users.Length != actions.Users.Length || Nodes.Length != actions.Nodes.Length)
            throw Wrong("it needs the conditions of every user and of every node");
        if (Users.Concat(Nodes).Any(m => m is not { Sane: true }))
            throw Wrong("free processors are shares above 0 to 1, free memories from 0 to 1, links have a bandwidth above 0, a finite round trip and probabilities from 0 to 1");
        if (!(Spread is >= 0 and <= 10)) throw Wrong("the spread of response times is from 0 to 10");
        if (!(Loss is >= 0 and <= 1)) throw Wrong("the share of lost requests is from 0 to 1");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This cannot be simulated: {what}.");
}
