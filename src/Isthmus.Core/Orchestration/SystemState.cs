namespace Isthmus.Core.Orchestration;

/// <summary>
/// What monitors report: processor, memory and bandwidth of every user and every node (Shahhosseini et al., the state {P, M, B}). Buffers are written in place, so that a simulation
/// makes no garbage; keep a copy (<see cref="CopyTo"/>) of what must not change.
/// </summary>
/// <param name="users">The number of users.</param>
/// <param name="nodes">The number of shared nodes.</param>
public sealed class SystemState(int users, int nodes)
{
    /// <summary>The users, in the order of the action space.</summary>
    public UserCondition[] Users { get; } = new UserCondition[users];

    /// <summary>The nodes, in the order of the action space.</summary>
    public NodeCondition[] Nodes { get; } = new NodeCondition[nodes];

    /// <summary>Steps since the beginning.</summary>
    public long Step { get; set; }

    /// <summary>Overwrites another state of the same size with this one.</summary>
    public void CopyTo(SystemState other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Users.CopyTo(other.Users, 0);
        Nodes.CopyTo(other.Nodes, 0);
        other.Step = Step;
    }

    /// <summary>A copy that does not change.</summary>
    public SystemState Copy()
    {
        SystemState copy = new(Users.Length, Nodes.Length);
        CopyTo(copy);
        return copy;
    }
}
