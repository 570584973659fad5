using Isthmus.Core.Errors;

namespace Isthmus.Lab.Orchestration;

/// <summary>How thoroughly a model's predictions are compared with a live run.</summary>
public sealed record LivePredictionOptions
{
    /// <summary>How often each action, each number of users and each joint action is measured, 1 to 1000. Default 9.</summary>
    public int Rounds { get; init; } = 9;

    /// <summary>How many random joint actions are measured, besides those that everybody would think of, 0 to 10,000. Default 20.</summary>
    public int JointActions { get; init; } = 20;

    /// <summary>Which joint actions. Default 1.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Checks the ranges.</summary>
    /// <exception cref="IsthmusException">A value is outside of its range.</exception>
    public void Validate()
    {
        if (Rounds is < 1 or > 1000) throw new IsthmusException(ErrorKind.Usage, $"{Rounds} rounds are not possible: choose 1 to 1000.");
        if (JointActions is < 0 or > 10_000) throw new IsthmusException(ErrorKind.Usage, $"{JointActions} joint actions are not possible: choose 0 to 10000.");
    }
}
