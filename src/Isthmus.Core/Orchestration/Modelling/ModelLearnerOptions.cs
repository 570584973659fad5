using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>How <see cref="ModelLearner"/> learns and explores.</summary>
public sealed record ModelLearnerOptions
{
    /// <summary>What is believed of response times.</summary>
    public LatencyModelOptions Latency { get; init; } = new();

    /// <summary>
    /// The exploration budget: exploring may lengthen the requests of all users together by this share, as far as is predicted. Default 0.05; 0 for none but what the plan itself tries.
    /// </summary>
    public double ExplorationShare { get; init; } = 0.05;

    /// <summary>What may be spent at the beginning, in steps' worth of response time, before any of it is earned. Default 10.</summary>
    public double ExplorationSteps { get; init; } = 10;

    /// <summary>How many times as far as parameters are known the ones lie that exploration plans with; 1 (the default) is Thompson sampling.</summary>
    public double Spread { get; init; } = 1;

    /// <summary>Up to how many users decisions are exact (<see cref="Reference.CountingSearch"/>); beyond, <see cref="Reference.FastSearch"/>. Default 8.</summary>
    public int ExactUsers { get; init; } = 8;

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate()
    {
        Latency.Validate();
        if (!(ExplorationShare is >= 0 and <= 1)) throw Wrong("the exploration budget is a share from 0 to 1");
        if (!(ExplorationSteps is >= 0 and <= 1e9)) throw Wrong("the steps to explore at the beginning are zero or more");
        if (!(Spread is >= 0 and <= 100)) throw Wrong("the spread of exploration is from 0 to 100");
        if (ExactUsers is < 0 or > 20) throw Wrong("exact decisions are for 0 to 20 users");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"It cannot be learned so: {what}.");
}
