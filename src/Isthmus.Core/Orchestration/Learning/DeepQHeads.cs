namespace Isthmus.Core.Orchestration.Learning;

/// <summary>What the outputs of a <see cref="DeepQLearner"/> are.</summary>
public enum DeepQHeads
{
    /// <summary>An output for each joint action, as published: 10^N for N users of ten actions.</summary>
    Joint,

    /// <summary>An output for each action of each user, and Q is their sum (Sunehag et al. 2018, value decomposition): 10·N.</summary>
    PerUser,

    /// <summary>
    /// An output for each action of each user and each number of users that may share its node, and Q is their sum: what a request takes hangs on nothing else, so each user's own response
    /// time is learned, and the best joint action is found by <see cref="Reference.CountingSearch"/> (more than 20 users: <see cref="Reference.FastSearch"/>). 8·N + 2·N² for N users of eight own actions and two nodes. Beyond the paper.
    /// </summary>
    PerUserAndCount,
}
