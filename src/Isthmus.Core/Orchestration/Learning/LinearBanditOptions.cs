using System.Collections.Immutable;
using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Learning;

/// <summary>How a <see cref="LinearBandit"/> learns.</summary>
/// <param name="Goal">What accuracy is wanted.</param>
public sealed record LinearBanditOptions(AccuracyGoal Goal)
{
    /// <summary>α, how many standard deviations an estimate is believed to be better than it looks. Default 1.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>L of a request that is not important: the bonus is √(1 − L) of the whole. Default 0.2.</summary>
    public double OrdinaryWeight { get; init; } = 0.2;

    /// <summary>L of the requests of <see cref="KeyUsers"/>, with whom less is tried. Default 0.8.</summary>
    public double KeyWeight { get; init; } = 0.8;

    /// <summary>Positions of the users whose requests are important. Default none.</summary>
    public ImmutableArray<int> KeyUsers { get; init; } = [];

    /// <summary>
    /// μ: every ⌈T^μ⌉-th step a user in turn has to use a node, so that learning never stalls; T is a horizon that doubles when it is exceeded. Default 0.25; null never.
    /// </summary>
    public double? ForcedPower { get; init; } = 0.25;

    /// <summary>The first horizon T in steps. Default 128.</summary>
    public long Horizon { get; init; } = 128;

    /// <summary>λ, the weight of what is assumed before anything was seen: zero for what a node takes, the menu's time for a device. Default 1.</summary>
    public double Ridge { get; init; } = 1;

    /// <summary>What an older observation weighs beside one of the next step, above 0 to 1. Default 1: nothing is forgotten; 0.99 forgets within about a hundred.</summary>
    public double Memory { get; init; } = 1;

    /// <summary>
    /// Whether a user's device takes exactly what the menu says, as in the published recipe, which learns nothing from requests that stay on the device. Default no: the pace of each device is
    /// learned.
    /// </summary>
    public bool DeviceKnown { get; init; }

    /// <summary>The standard deviation of response times in milliseconds that is assumed before any was seen. Default 20.</summary>
    public double FirstSpreadMs { get; init; } = 20;

    /// <summary>What a lost request counts as, in milliseconds. Default 2,000.</summary>
    public double LostMs { get; init; } = 2000;

    /// <summary>Finds the best joint decision of what is estimated. Default <see cref="Reference.CountingSearch"/> up to 20 users, <see cref="Reference.FastSearch"/> for more.</summary>
    public Func<JointProblem, JointDecision?>? Search { get; init; }

    internal void Validate(int users)
    {
        if (Goal is null || Goal.MinMean is not (null or (>= 0 and <= 1)) || Goal.MsPerMissing is not (null or (>= 0 and < double.PositiveInfinity)))
            throw Wrong("a wanted accuracy is a share from 0 to 1, and what is missing costs zero or more");
        if (!(Alpha is >= 0 and < double.PositiveInfinity) || !(OrdinaryWeight is >= 0 and <= 1) || !(KeyWeight is >= 0 and <= 1)) throw Wrong("α is zero or more, and the weights of requests are from 0 to 1");
        if (KeyUsers.IsDefault || KeyUsers.Any(u => u < 0 || u >= users)) throw Wrong("an important user is not there");
        if (ForcedPower is not (null or (>= 0 and <= 1)) || Horizon is < 1 or > 1L << 40) throw Wrong("μ is from 0 to 1, and the first horizon at least one step");
        if (!(Ridge is > 0 and < double.PositiveInfinity) || !(Memory is > 0 and <= 1)) throw Wrong("λ is above 0, and the memory above 0 to 1");
        if (!(FirstSpreadMs is > 0 and < double.PositiveInfinity) || !(LostMs is > 0 and < double.PositiveInfinity)) throw Wrong("times are finite and above 0");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"This cannot be learned: {what}.");
}
