using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>
/// Makes a few levels of what monitors report, so that a table or a small network can learn from it (Shahhosseini et al.): of users processor free or busy, memory free or short, link
/// regular or weak; of nodes the processor in nine levels, memory and link as of users. Level 0 is the lowest.
/// </summary>
public sealed record StateLevels
{
    /// <summary>How many levels there are of each machine: processor, memory, link.</summary>
    public const int PerMachine = 3;

    /// <summary>The free shares of a user's processor at which a level ends and the next begins, rising. Default 0.5: below it is busy.</summary>
    public ImmutableArray<double> UserCpu { get; init; } = [0.5];

    /// <summary>The free shares of a node's processor at which a level ends and the next begins, rising. Default ninths: nine levels.</summary>
    public ImmutableArray<double> NodeCpu { get; init; } = [1 / 9.0, 2 / 9.0, 3 / 9.0, 4 / 9.0, 5 / 9.0, 6 / 9.0, 7 / 9.0, 8 / 9.0];

    /// <summary>The free share of memory below which a machine is short of it. Default <see cref="SystemModel.LowMemory"/>.</summary>
    public double LowMemory { get; init; } = SystemModel.LowMemory;

    /// <summary>A user's link with less bandwidth is weak, in Mbit/s. Default 10.</summary>
    public double UserWeakMbps { get; init; } = 10;

    /// <summary>A user's link with a round trip as long or longer is weak, in milliseconds. Default 20.</summary>
    public double UserWeakRttMs { get; init; } = 20;

    /// <summary>A node's link with less bandwidth is weak, in Mbit/s. Default 10.</summary>
    public double NodeWeakMbps { get; init; } = 10;

    /// <summary>A node's link with a round trip as long or longer is weak, in milliseconds. Default 100.</summary>
    public double NodeWeakRttMs { get; init; } = 100;

    /// <summary>How many numbers <see cref="Write"/> writes of so many machines.</summary>
    public static int Length(int users, int nodes) => PerMachine * (users + nodes);

    /// <summary>Writes the levels of a state: of each user, then of each node, processor, memory and link.</summary>
    /// <param name="state">How users and nodes are.</param>
    /// <param name="levels">Is overwritten.</param>
    public void Write(SystemState state, Span<byte> levels)
    {
        ArgumentNullException.ThrowIfNull(state);
        int at = 0;
        foreach (ref readonly UserCondition user in state.Users.AsSpan())
        {
            levels[at++] = Level(UserCpu, user.Cpu);
            levels[at++] = user.Memory < LowMemory ? (byte)0 : (byte)1;
            levels[at++] = user.Mbps < UserWeakMbps || user.RttMs >= UserWeakRttMs ? (byte)0 : (byte)1;
        }

        foreach (ref readonly NodeCondition node in state.Nodes.AsSpan())
        {
            levels[at++] = Level(NodeCpu, node.Cpu);
            levels[at++] = node.Memory < LowMemory ? (byte)0 : (byte)1;
            levels[at++] = node.Mbps < NodeWeakMbps || node.RttMs >= NodeWeakRttMs ? (byte)0 : (byte)1;
        }
    }

    /// <summary>The highest level that each number of <see cref="Write"/> can be.</summary>
    public byte[] Highest(int users, int nodes)
    {
        byte[] highest = new byte[Length(users, nodes)];
        for (int m = 0; m < users + nodes; m++)
        {
            highest[m * PerMachine] = (byte)(m < users ? UserCpu.Length : NodeCpu.Length);
            highest[(m * PerMachine) + 1] = highest[(m * PerMachine) + 2] = 1;
        }

        return highest;
    }

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">They are no levels.</exception>
    public void Validate()
    {
        if (!Rise(UserCpu) || !Rise(NodeCpu) || !(LowMemory is >= 0 and <= 1) || !(UserWeakMbps >= 0) || !(UserWeakRttMs >= 0) || !(NodeWeakMbps >= 0) || !(NodeWeakRttMs >= 0))
            throw new IsthmusException(ErrorKind.Usage, "These are no levels: the ends of processor levels rise and are at most 100 numbers, and thresholds are zero or more.");
    }

    /// <inheritdoc/>
    public bool Equals(StateLevels? other) => other is not null && UserCpu.AsSpan().SequenceEqual(other.UserCpu.AsSpan()) && NodeCpu.AsSpan().SequenceEqual(other.NodeCpu.AsSpan())
        && (LowMemory, UserWeakMbps, UserWeakRttMs, NodeWeakMbps, NodeWeakRttMs) == (other.LowMemory, other.UserWeakMbps, other.UserWeakRttMs, other.NodeWeakMbps, other.NodeWeakRttMs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(UserCpu.Length, NodeCpu.Length, LowMemory, UserWeakMbps, UserWeakRttMs, NodeWeakMbps, NodeWeakRttMs);

    private static byte Level(ImmutableArray<double> ends, double value)
    {
        int level = 0;
        while (level < ends.Length && value >= ends[level]) level++;
        return (byte)level;
    }

    private static bool Rise(ImmutableArray<double> ends) => !ends.IsDefault && ends.Length <= 100 && ends.All(double.IsFinite) && ends.Zip(ends.Skip(1)).All(p => p.First < p.Second);
}
