using System.Collections.Immutable;

namespace Isthmus.Core.Orchestration;

/// <summary>
/// What a request is expected to take, from what it does, how users and nodes are, and how many share the node:
/// T = device / free processor + (node: round trip + bytes / bandwidth + node / free processor × contention(users of the node)).
/// </summary>
/// <param name="Actions">What users may do.</param>
/// <param name="Contention">The contention of each node.</param>
public sealed record SystemModel(ActionSpace Actions, ImmutableArray<ContentionCurve> Contention)
{
    /// <summary>The share of free memory below which a machine is short of it.</summary>
    public const double LowMemory = 0.1;

    /// <summary>How many times longer computing takes on a machine that is short of memory; 1 (the default) if it does not matter.</summary>
    public double LowMemoryFactor { get; init; } = 1;

    /// <summary>The expected response time in milliseconds.</summary>
    /// <param name="state">How users and nodes are.</param>
    /// <param name="user">The user.</param>
    /// <param name="action">The position of the action in the user's menu.</param>
    /// <param name="sharing">How many users use the action's node, this one included; not looked at on the own device.</param>
    public double ExpectedMs(SystemState state, int user, int action, int sharing)
    {
        ArgumentNullException.ThrowIfNull(state);
        UserAction what = Actions.Users[user].Actions[action];
        ref readonly UserCondition device = ref state.Users[user];
        double ms = what.DeviceMs / device.Cpu * (device.Memory < LowMemory ? LowMemoryFactor : 1);
        if (what.Node < 0) return ms;
        ref readonly NodeCondition node = ref state.Nodes[what.Node];
        ms += device.RttMs + node.RttMs + (what.Bytes * 8 / (Math.Min(device.Mbps, node.Mbps) * 1000));
        return ms + (what.NodeMs / node.Cpu * Contention[what.Node].At(sharing) * (node.Memory < LowMemory ? LowMemoryFactor : 1));
    }

    /// <summary>The joint problem as users and nodes are: the optimum of it is the best that anyone can do on average.</summary>
    /// <param name="state">How users and nodes are.</param>
    /// <param name="goal">What accuracy is wanted.</param>
    public JointProblem Problem(SystemState state, AccuracyGoal goal)
    {
        ArgumentNullException.ThrowIfNull(goal);
        int most = Actions.Users.Length;
        return new(Actions.Nodes, [.. Actions.Users.Select((user, u) => new User(user.Name, [.. user.Actions.Select((action, a) =>
            new UserOption(action.Name, action.Node, [.. Enumerable.Range(1, action.Node < 0 ? 1 : most).Select(k => ExpectedMs(state, u, a, k))], action.Accuracy))]) { MinAccuracy = user.MinAccuracy })])
        {
            MinMeanAccuracy = goal.MinMean,
            MsPerMissingAccuracy = goal.MsPerMissing,
        };
    }
}
