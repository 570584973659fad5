using Isthmus.Core.Errors;

namespace Isthmus.Core.Orchestration.Modelling;

/// <summary>What a <see cref="LatencyModel"/> believes before it has seen anything, and when it stops believing.</summary>
public sealed record LatencyModelOptions
{
    /// <summary>How far a profile may be off: the relative standard deviation of paces and of what a node takes alone. Default 0.3.</summary>
    public double ProfileSpread { get; init; } = 0.3;

    /// <summary>Without a profile: what a request is thought to take before the first responses say, in milliseconds. Default 100.</summary>
    public double TypicalMs { get; init; } = 100;

    /// <summary>How much requests that do the same scatter, relative to their time, before that is learned. Default 0.1.</summary>
    public double Noise { get; init; } = 0.1;

    /// <summary>Whether the scatter is learned; otherwise it stays <see cref="Noise"/>. Default true.</summary>
    public bool LearnNoise { get; init; } = true;

    /// <summary>How many standard deviations a response may be off until it counts as an outlier, whose weight is lowered. Default 4; infinite for never.</summary>
    public double Outlier { get; init; } = 4;

    /// <summary>The evidence at which drift is found (<see cref="ResponseDrift"/>). Default 15; infinite for never.</summary>
    public double DriftThreshold { get; init; } = 15;

    /// <summary>Within how many steps what nobody uses is known as little again as at first, so that it is tried again. Default 1000; infinite for never.</summary>
    public double ForgetSteps { get; init; } = 1000;

    /// <summary>A link counts as weak from this round-trip time, in milliseconds. Default 15.</summary>
    public double WeakRttMs { get; init; } = 15;

    /// <summary>A link counts as weak below this bandwidth, in Mbit/s. Default 10.</summary>
    public double WeakMbps { get; init; } = 10;

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="IsthmusException">One is out of its range.</exception>
    public void Validate()
    {
        if (!(ProfileSpread is > 0 and <= 10)) throw Wrong("the profile's spread is above 0 and at most 10");
        if (!(TypicalMs is > 0 and <= 1e9)) throw Wrong("the typical time is above 0");
        if (!(Noise is >= 1e-4 and <= 10)) throw Wrong("the noise is from 0.0001 to 10");
        if (!(Outlier >= 1)) throw Wrong("an outlier is at least one standard deviation off");
        if (!(DriftThreshold >= 4)) throw Wrong("the drift threshold is at least 4");
        if (!(ForgetSteps >= 50)) throw Wrong("what is not used is forgotten within 50 steps at least");
        if (!(WeakRttMs >= 0) || !(WeakMbps >= 0)) throw Wrong("weak links begin at zero or more");
    }

    private static IsthmusException Wrong(string what) => new(ErrorKind.Usage, $"Response times cannot be learned so: {what}.");
}
