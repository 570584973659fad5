using Isthmus.Core.Errors;
using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Adaptive;

/// <summary>What is wanted of plans, and how readily they are changed.</summary>
public sealed record AdaptationOptions
{
    /// <summary>The options with every default.</summary>
    public static AdaptationOptions Default { get; } = new();

    /// <summary>What to minimise. Default the latency.</summary>
    public Objective Objective { get; init; } = Objective.Latency;

    /// <summary>What a plan must satisfy. Default nothing.</summary>
    public Constraints Constraints { get; init; } = Constraints.None;

    /// <summary>What may be chosen. Default everything.</summary>
    public SearchSpace Space { get; init; } = SearchSpace.All;

    /// <summary>Which stages of a plan count when one is chosen. Default all.</summary>
    public CostTerms Terms { get; init; }

    /// <summary>Another plan must be predicted to be better by this share of the present one's score, 0…1. Default 0.1.</summary>
    public double Gain { get; init; } = 0.1;

    /// <summary>It must be so for this many decisions in a row. Default 2.</summary>
    public int Consecutive { get; init; } = 2;

    /// <summary>A plan is kept for at least this time. A plan whose node failed is left at once. Default 2 s.</summary>
    public TimeSpan MinDwell { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Plans that take turns are kept longer and longer: after a switch that follows the one before within three times the time that the plan had to be
    /// kept, the next one is kept for twice that time, at most for this. Default 30 s.
    /// </summary>
    public TimeSpan MaxDwell { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Another plan that is better by this share is used after <see cref="MinDwell"/> all the same: that is no noise. Default 0.5.</summary>
    public double UrgentGain { get; init; } = 0.5;

    /// <summary>What was learnt of a node's load loses half its weight in this time when the node is not used. Default 20 s.</summary>
    public TimeSpan LoadHalfLife { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A node counts as loaded, or relieved, when its computing takes this share more or less than profiled. Default 0.2; less is noise.</summary>
    public double LoadTolerance { get; init; } = 0.2;

    /// <summary>
    /// A node that has not answered after this many times the predicted latency of its plan, or of the best one if that is less, but not before <see cref="LeastPatience"/>, is raced by the
    /// device: what ends first is the answer. Default 4.
    /// </summary>
    public double Patience { get; init; } = 4;

    /// <summary>No node is raced before this time. Default 1 s.</summary>
    public TimeSpan LeastPatience { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Decisions that the log keeps; older ones are dropped. Default 10000.</summary>
    public int LogLimit { get; init; } = 10_000;

    /// <summary>Where every decision is written with its inputs, as it is made; null for nowhere. Default null.</summary>
    public IDecisionLog? Log { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (Gain is not (>= 0 and < 1) || Consecutive < 1 || MinDwell < TimeSpan.Zero || LoadHalfLife <= TimeSpan.Zero || LoadTolerance is not (>= 0 and < 1) || LogLimit < 1
            || MaxDwell < MinDwell || UrgentGain is not (>= 0 and <= 1) || !(Patience >= 1) || LeastPatience <= TimeSpan.Zero)
            throw new IsthmusException(ErrorKind.Usage, "An adaptation's gain and tolerance are shares from 0 to 1, its counts at least one, its times above zero.");
    }
}
