using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>How <see cref="Convergence"/> watches a learner.</summary>
/// <param name="Goal">What accuracy is wanted.</param>
public sealed record ConvergenceOptions(AccuracyGoal Goal)
{
    /// <summary>The most steps. Default 100,000.</summary>
    public long MaxSteps { get; init; } = 100_000;

    /// <summary>How much more than the optimum the mean response time may be. Default 0.01.</summary>
    public double Within { get; init; } = 0.01;

    /// <summary>For how many evaluations after the first it must stay so. Default 100.</summary>
    public int For { get; init; } = 100;

    /// <summary>Whether to end as soon as it has stayed so. Default yes.</summary>
    public bool StopWhenConverged { get; init; } = true;

    /// <summary>How many states are drawn to evaluate in: those that a copy of the simulation comes to, so that states weigh as often as they occur. Default 50.</summary>
    public int States { get; init; } = 50;

    /// <summary>The steps of the copy between two of them. Default 50.</summary>
    public int StatesEvery { get; init; } = 50;

    /// <summary>The most points of the learning curve, at least 10. Default 200.</summary>
    public int CurvePoints { get; init; } = 200;

    internal void Validate()
    {
        if (MaxSteps < 1 || !(Within is >= 0 and <= 100) || For < 0 || States is < 1 or > 100_000 || StatesEvery < 1 || CurvePoints is < 10 or > 1_000_000 || Goal is null)
            throw new IsthmusException(ErrorKind.Usage, "Convergence is watched for 1 or more steps, in 1 to 100,000 states, 1 or more steps apart, with 10 to a million points of the curve.");
    }
}
