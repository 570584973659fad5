using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>How a <see cref="DeepQLearner"/> learns.</summary>
/// <param name="Rewards">What it is told of a step.</param>
public sealed record DeepQOptions(RewardRule Rewards)
{
    /// <summary>What the outputs are. Default as published.</summary>
    public DeepQHeads Heads { get; init; } = DeepQHeads.Joint;

    /// <summary>Units of each of the two hidden layers. Null (default): 48, 64 or 128 for up to three, four, or more users.</summary>
    public int? Hidden { get; init; }

    /// <summary>γ, what the next state's value counts, 0 to below 1. Default 0.1.</summary>
    public double Discount { get; init; } = 0.1;

    /// <summary>How many steps are remembered. Default 1,000.</summary>
    public int Replay { get; init; } = 1000;

    /// <summary>How many remembered steps are learned from at each step. Default 32.</summary>
    public int Batch { get; init; } = 32;

    /// <summary>After how many steps the target network becomes what the network is. Default 200.</summary>
    public int TargetEvery { get; init; } = 200;

    /// <summary>The step length of Adam for the hidden layers. Default 0.0001.</summary>
    public double HiddenRate { get; init; } = 1e-4;

    /// <summary>The share of its error that an output corrects at a time (normalised least mean squares), above 0 to 1; the n-th time at least 1/n. Default 0.1.</summary>
    public double OutputRate { get; init; } = 0.1;

    /// <summary>Within how many steps both rates fall to half, then to a third and so on: 1/(1 + t/steps). Default 10,000.</summary>
    public double RateSteps { get; init; } = 10_000;

    /// <summary>How often a random joint action is tried. Null (default): from always to 5 %, within as many steps as there are outputs, at least 300 and at most 20,000.</summary>
    public Exploration? Exploration { get; init; }

    /// <summary>What an output says before anything was learned of it, about. Default −1, the worst, so that what was not tried does not look good; 0 is optimistic.</summary>
    public double InitialValue { get; init; } = -1;

    /// <summary>How a state is made of few levels.</summary>
    public StateLevels Levels { get; init; } = new();

    /// <summary>Equal seeds and equal observations make equal decisions. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>How many outputs are kept as candidates for the best of many. The choice does not hang on it, only its time.</summary>
    internal int Candidates { get; init; } = 256;

    /// <summary>Whether outputs of which nothing was learned are left out of a scan where a bound says that none of them is the best. The choice does not hang on it, only its time.</summary>
    internal bool SkipUntried { get; init; } = true;

    internal void Validate()
    {
        Levels.Validate();
        Exploration?.Validate();
        if (!Enum.IsDefined(Heads)) throw Wrong("these outputs are not known");
        if (Hidden is < 1 or > 4096) throw Wrong("a hidden layer has from 1 to 4096 units");
        if (!(Discount is >= 0 and < 1)) throw Wrong("the discount is from 0 to below 1");
        if (Replay is < 1 or > 1_000_000 || Batch is < 1 or > 10_000 || TargetEvery < 1) throw Wrong("from 1 to a million steps are remembered, from 1 to 10,000 learned from, and the target network follows after 1 or more");
        if (!(HiddenRate is >= 0 and <= 1 && OutputRate is > 0 and <= 1 && RateSteps > 0)) throw Wrong("rates are from 0 to 1, and fall within a number of steps above 0");
        if (!(InitialValue is >= -10 and <= 10)) throw Wrong("an initial value is from -10 to 10");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This cannot be learned: {what}.");
}
