namespace Isthmus.Core.Orchestration.Learning;

/// <summary>How a learner of rewards keeps to the wanted mean accuracy.</summary>
public enum AccuracyRule
{
    /// <summary>As in the paper: a joint action that misses it earns the worst reward there is, and the learner finds out by trying.</summary>
    Penalty,

    /// <summary>The accuracies of the actions are known, so a joint action that misses a hard goal is never chosen; what a soft goal costs is counted, not learned.</summary>
    Known,
}
