using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>How a <see cref="LinkEstimator"/> weighs what it sees.</summary>
public sealed record LinkEstimatorOptions
{
    /// <summary>The options with every default.</summary>
    public static LinkEstimatorOptions Default { get; } = new();

    /// <summary>A transfer up to this size tells the round-trip time. Default 2 kB: two packets.</summary>
    public ByteCount SmallTransfer { get; init; } = new(2_000);

    /// <summary>How many small transfers the round-trip time is the median of. Default 5: a step is believed after three, two outliers are not.</summary>
    public int RoundTripWindow { get; init; } = 5;

    /// <summary>A transfer of this size has the full weight in the bandwidth; a smaller one proportionally less. Default 64 kB.</summary>
    public ByteCount FullWeight { get; init; } = new(64_000);

    /// <summary>The weight of a new large transfer against what was known, 0…1. Default 0.35.</summary>
    public double Weight { get; init; } = 0.35;

    /// <summary>What is known loses half its weight in this time. Default 10 s.</summary>
    public TimeSpan HalfLife { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// A transfer whose time per byte is off by more than this factor, and the one before it too in the same direction, is a step of
    /// the link, not noise: the estimate jumps. Default 1.5.
    /// </summary>
    public double StepFactor { get; init; } = 1.5;

    /// <summary>The bandwidth that is assumed before anything was transferred. Default 10 Mbit/s.</summary>
    public BitsPerSecond InitialBandwidth { get; init; } = new(10e6);

    /// <summary>The round-trip time that is assumed before anything was transferred. Default 20 ms.</summary>
    public Milliseconds InitialRoundTrip { get; init; } = new(20);

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (RoundTripWindow is < 1 or > 101 || Weight is not (> 0 and <= 1) || HalfLife <= TimeSpan.Zero || StepFactor <= 1
            || SmallTransfer.Value < 0 || FullWeight.Value < 1 || !(InitialBandwidth.Value > 0) || !(InitialRoundTrip.Value >= 0))
            throw new IsthmusException(ErrorKind.Usage, "A link estimator's weight is in 0…1, its step factor above 1, and its sizes and times above zero.");
    }
}
