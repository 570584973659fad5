using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>How often a learner tries a random joint action: ε(t) = end + (start − end)·exp(−t / steps).</summary>
/// <param name="Start">ε at the first step, 0…1.</param>
/// <param name="End">What ε falls to, 0…1.</param>
/// <param name="Steps">The steps in which the difference falls to 1/e.</param>
public sealed record Exploration(double Start, double End, double Steps)
{
    /// <summary>ε at a step.</summary>
    /// <param name="step">From 0.</param>
    public double At(long step) => End + ((Start - End) * Math.Exp(-step / Steps));

    internal void Validate()
    {
        if (!(Start is >= 0 and <= 1 && End is >= 0 and <= 1 && Steps is > 0 and < double.PositiveInfinity))
            throw new IsthmusException(ErrorKind.Usage, "This cannot be learned: ε is a probability from 0 to 1, and falls within a finite number of steps above 0.");
    }
}
