using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>How a <see cref="QLearner"/> learns.</summary>
/// <param name="Rewards">What it is told of a step.</param>
public sealed record QLearnerOptions(RewardRule Rewards)
{
    /// <summary>α, the weight of what is new, above 0 to 1. Default 0.9.</summary>
    public double LearningRate { get; init; } = 0.9;

    /// <summary>
    /// How α falls with the visits n of a pair of state and action: α / n^p. Default 0: it does not. At 1 and α = 1 a value is the mean of all that was seen, right for a world that stays as
    /// it is and noisy times.
    /// </summary>
    public double LearningRateDecay { get; init; }

    /// <summary>γ, what the next state's value counts, 0 to below 1. Default 0.1.</summary>
    public double Discount { get; init; } = 0.1;

    /// <summary>How often a random joint action is tried. Null (default): from always to 5 %, within as many steps as there are joint actions, at least 300 and at most 20,000.</summary>
    public Exploration? Exploration { get; init; }

    /// <summary>
    /// What an action is held to be worth that was not tried in a state. Null (default): it is not among the best until a random choice has tried it. 0 is optimistic: every joint action is
    /// tried once in every state before one is taken twice.
    /// </summary>
    public double? InitialValue { get; init; }

    /// <summary>How a state is made of few levels.</summary>
    public StateLevels Levels { get; init; } = new();

    /// <summary>The most pairs of state and joint action that are remembered, 40 bytes each; further ones are not. Default 5 million.</summary>
    public int MaxEntries { get; init; } = 5_000_000;

    /// <summary>Equal seeds and equal observations make equal decisions. Default 1.</summary>
    public long Seed { get; init; } = 1;

    internal void Validate()
    {
        Levels.Validate();
        Exploration?.Validate();
        if (!(LearningRate is > 0 and <= 1 && LearningRateDecay is >= 0 and <= 1)) throw Wrong("the learning rate is above 0 to 1, and its decay from 0 to 1");
        if (!(Discount is >= 0 and < 1)) throw Wrong("the discount is from 0 to below 1");
        if (InitialValue is not (null or (>= -10 and <= 10))) throw Wrong("an initial value is from -10 to 10");
        if (MaxEntries is < 1 or > 100_000_000) throw Wrong("from 1 to 100 million entries can be remembered");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This cannot be learned: {what}.");
}
