namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>The learners, as the report names them.</summary>
internal static class ShahhosseiniLearners
{
    /// <summary>Their names.</summary>
    public const string Q = "Q-learning", DeepJoint = "DQN, an output per joint action", DeepPerUser = "DQN, an output per user's action", Bandit = "μLinUCB", Isthmus = "Isthmus";
}
