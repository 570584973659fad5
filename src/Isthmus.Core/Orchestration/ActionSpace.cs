using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration;

/// <summary>What all users may do. A joint action is a position in each user's menu.</summary>
/// <param name="Nodes">The names of the shared nodes.</param>
/// <param name="Users">The users and their menus.</param>
public sealed record ActionSpace(ImmutableArray<string> Nodes, ImmutableArray<UserMenu> Users)
{
    /// <summary>The number of joint actions: 10^N for N users of ten actions each. Infinite if it is beyond a double.</summary>
    public double JointActions => Users.Aggregate(1.0, static (n, u) => n * u.Actions.Length);

    /// <summary>The largest menu.</summary>
    public int MostActions => Users.Max(static u => u.Actions.Length);

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of its range, or an action uses a node that is not there.</exception>
    public void Validate()
    {
        if (Nodes.IsDefault || Nodes.Length > JointProblem.MaxNodes) throw Wrong($"at most {JointProblem.MaxNodes} nodes can be shared");
        if (Users.IsDefaultOrEmpty || Users.Length > JointProblem.MaxUsers) throw Wrong($"there are from 1 to {JointProblem.MaxUsers} users");
        foreach (UserMenu user in Users)
        {
            if (user.Actions.IsDefaultOrEmpty) throw Wrong($"{user.Name} has no action");
            if (user.MinAccuracy is not (null or (>= 0 and <= 1))) throw Wrong($"the accuracy that {user.Name} wants is a share from 0 to 1");
            foreach (UserAction action in user.Actions)
            {
                if (action.Node < UserAction.Own || action.Node >= Nodes.Length) throw Wrong($"{user.Name} has an action on a node that is not there");
                if (!(Finite(action.DeviceMs) && Finite(action.Bytes) && Finite(action.NodeMs))) throw Wrong($"the work of {user.Name}'s action {action.Name} is not a finite number of zero or more");
                if (!(action.Accuracy is >= 0 and <= 1)) throw Wrong($"the accuracy of {user.Name}'s action {action.Name} is no share from 0 to 1");
            }
        }
    }

    /// <summary>The mean accuracy of a joint action, 0…1.</summary>
    /// <param name="choices">The position of each user's action.</param>
    public double MeanAccuracy(ReadOnlySpan<int> choices)
    {
        double sum = 0;
        for (int u = 0; u < choices.Length; u++) sum += Users[u].Actions[choices[u]].Accuracy;
        return sum / choices.Length;
    }

    /// <summary>Counts the users of each node.</summary>
    /// <param name="choices">The position of each user's action.</param>
    /// <param name="counts">Is overwritten: an entry for each node.</param>
    public void Count(ReadOnlySpan<int> choices, Span<int> counts)
    {
        counts.Clear();
        for (int u = 0; u < choices.Length; u++)
        {
            int node = Users[u].Actions[choices[u]].Node;
            if (node >= 0) counts[node]++;
        }
    }

    private static bool Finite(double value) => value is >= 0 and < double.PositiveInfinity;

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"These users cannot be orchestrated: {what}.");
}
