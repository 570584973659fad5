using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Fleets;

/// <summary>A link of a fleet as it is stated and as it was measured. Its JSON is what scripts rely on.</summary>
/// <param name="From">The node nearer to the user.</param>
/// <param name="To">The node further out.</param>
/// <param name="Emulated">Whether the fleet says that it is emulated.</param>
public sealed record LinkCheck(string From, string To, bool Emulated)
{
    // A measurement of a real link varies; what is further away than this is another link than was stated.
    private const double Tolerance = 1.5;

    /// <summary>The stated round trip; null if none is.</summary>
    [JsonPropertyName("statedRoundTripMs")]
    public Milliseconds? StatedRoundTrip { get; init; }

    /// <summary>The measured round trip; null if it could not be measured.</summary>
    [JsonPropertyName("roundTripMs")]
    public Milliseconds? RoundTrip { get; init; }

    /// <summary>The stated bandwidth outwards; null if none is.</summary>
    [JsonPropertyName("statedBitsPerSecond")]
    public double? StatedBandwidth { get; init; }

    /// <summary>The measured bandwidth outwards; null if it could not be measured.</summary>
    [JsonPropertyName("bitsPerSecond")]
    public double? Bandwidth { get; init; }

    /// <summary>Why it could not be measured; null if it was.</summary>
    public string? Problem { get; init; }

    /// <summary>Whether a stated number is more than one and a half times the measured one, or less than its two thirds; differences below a millisecond do not count.</summary>
    public bool Differs =>
        (StatedRoundTrip is { } stated && RoundTrip is { } measured && Math.Abs(stated.Value - measured.Value) > 1 && Beyond(stated.Value, measured.Value))
        || (StatedBandwidth is { } rate && Bandwidth is { } found && Beyond(rate, found));

    private static bool Beyond(double stated, double measured) => stated > measured * Tolerance || stated * Tolerance < measured;
}
