using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>What a <see cref="GuardRail"/> lets through.</summary>
public sealed record GuardRailOptions
{
    /// <summary>By how much a request may be predicted to take longer than the user's safe action, relative to it. Default 0.25.</summary>
    public double Bound { get; init; } = 0.25;

    /// <summary>How many standard deviations are added to a prediction before it is held against the bound. Default 1.64: one in twenty is above.</summary>
    public double Caution { get; init; } = 1.64;

    /// <summary>
    /// The share of each user's requests that may go to an action of which too little is known: expected within the bound, but not with the caution added. Default 0.02; 0 for none.
    /// </summary>
    public double UnprovenShare { get; init; } = 0.02;

    /// <summary>By how much exploring may lengthen each user's requests, as far as is expected, relative to what the learner holds to be best. Default 0.05.</summary>
    public double ExplorationShare { get; init; } = 0.05;

    /// <summary>What each user may spend on exploring at the beginning, in requests' worth. Default 2.</summary>
    public double ExplorationRequests { get; init; } = 2;

    /// <summary>What is believed of response times, where the learner has no such model of its own.</summary>
    public LatencyModelOptions Latency { get; init; } = new();

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate()
    {
        Latency.Validate();
        if (!(Bound is >= 0 and <= 1000)) throw Wrong("the bound is zero or more");
        if (!(Caution is >= 0 and <= 100)) throw Wrong("the caution is zero or more standard deviations");
        if (!(UnprovenShare is >= 0 and <= 1)) throw Wrong("the share of what is unproven is from 0 to 1");
        if (!(ExplorationShare is >= 0 and <= 1000) || !(ExplorationRequests is >= 0 and <= 1e9)) throw Wrong("the exploration budget is zero or more");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"Users cannot be guarded so: {what}.");
}
