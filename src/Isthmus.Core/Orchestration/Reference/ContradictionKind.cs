namespace Isthmus.Core.Orchestration.Reference;

/// <summary>What cannot be kept together.</summary>
public enum ContradictionKind
{
    /// <summary>A user wants an accuracy that none of the user's own actions has.</summary>
    UserFloor,

    /// <summary>The mean accuracy that is wanted is above that of the most accurate joint action.</summary>
    MeanAccuracy,
}
