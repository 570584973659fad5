using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration;

/// <summary>
/// Who runs what, where, for all users at once: the least mean response time, while the mean accuracy keeps a threshold (Shahhosseini et al., ACM TECS 2022). What an option takes
/// hangs on the user's own choice and on how many users share the node, and on nothing else.
/// </summary>
/// <param name="Nodes">The names of the shared nodes.</param>
/// <param name="Users">The users.</param>
public sealed record JointProblem(ImmutableArray<string> Nodes, ImmutableArray<User> Users)
{
    /// <summary>The most shared nodes.</summary>
    public const int MaxNodes = 8;

    /// <summary>The most users.</summary>
    public const int MaxUsers = 1000;

    // Accuracies are sums: ten times 0.1 must satisfy 1.
    internal const double Tolerance = 1e-9;

    /// <summary>The mean accuracy over all users, 0…1, that is wanted; null for any.</summary>
    public double? MinMeanAccuracy { get; init; }

    /// <summary>
    /// What the mean response time may rise by for one whole unit of mean accuracy that is missing, in milliseconds; null: none may be missing, and then there may be no answer.
    /// </summary>
    public double? MsPerMissingAccuracy { get; init; }

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of its range, or an option uses a node that is not there.</exception>
    public void Validate()
    {
        if (Nodes.IsDefault || Nodes.Length > MaxNodes) throw Wrong($"at most {MaxNodes} nodes can be shared");
        if (Users.IsDefaultOrEmpty || Users.Length > MaxUsers) throw Wrong($"there are from 1 to {MaxUsers} users");
        if (MinMeanAccuracy is not (null or (>= 0 and <= 1))) throw Wrong("an accuracy is a share from 0 to 1");
        if (MsPerMissingAccuracy is not (null or (>= 0 and < double.PositiveInfinity))) throw Wrong("a penalty is zero or more");
        foreach (User user in Users)
        {
            if (user.Options.IsDefaultOrEmpty) throw Wrong($"the user {user.Name} has no option");
            if (user.MinAccuracy is not (null or (>= 0 and <= 1))) throw Wrong($"the accuracy that {user.Name} wants is a share from 0 to 1");
            foreach (UserOption option in user.Options)
            {
                if (option.Node < UserOption.Own || option.Node >= Nodes.Length) throw Wrong($"{user.Name} has an option on a node that is not there");
                if (option.Ms.IsDefaultOrEmpty || option.Ms.Any(ms => !(ms is >= 0 and < double.PositiveInfinity))) throw Wrong($"{user.Name} has an option without a finite time");
                if (!(option.Accuracy is >= 0 and <= 1)) throw Wrong($"{user.Name} has an option whose accuracy is no share from 0 to 1");
            }
        }
    }

    /// <summary>The joint decision that these choices are.</summary>
    /// <param name="choices">The position of each user's option.</param>
    public JointDecision Decide(ImmutableArray<int> choices)
    {
        Span<int> users = stackalloc int[MaxNodes];
        for (int u = 0; u < Users.Length; u++)
        {
            if (Users[u].Options[choices[u]].Node is >= 0 and var node) users[node]++;
        }

        double ms = 0, accuracy = 0;
        for (int u = 0; u < Users.Length; u++)
        {
            UserOption option = Users[u].Options[choices[u]];
            ms += option.At(option.Node < 0 ? 1 : users[option.Node]);
            accuracy += option.Accuracy;
        }

        ms /= Users.Length;
        accuracy /= Users.Length;
        double missing = Math.Max(0, (MinMeanAccuracy ?? 0) - accuracy);
        return new(choices, ms, accuracy, ms + (missing * (MsPerMissingAccuracy ?? 0)));
    }

    /// <summary>Whether a user is served by an option.</summary>
    internal static bool Serves(User user, UserOption option) => option.Accuracy >= (user.MinAccuracy ?? 0) - Tolerance;

    /// <summary>Whether a decision keeps to the wanted mean accuracy, or need not.</summary>
    internal bool Allows(JointDecision decision) => MsPerMissingAccuracy is not null || decision.MeanAccuracy >= (MinMeanAccuracy ?? 0) - Tolerance;

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This cannot be decided: {what}.");
}
