using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Fleets;

/// <summary>A link of a fleet, outwards. What is not stated is measured between the two nodes.</summary>
/// <param name="From">The node nearer to the user.</param>
/// <param name="To">The node further out.</param>
public sealed record FleetLink(string From, string To)
{
    /// <summary>The bandwidth outwards; null to measure it.</summary>
    public BitsPerSecond? Bandwidth { get; init; }

    /// <summary>The round-trip time; null to measure it.</summary>
    public Milliseconds? RoundTrip { get; init; }

    /// <summary>What 10⁹ bytes cost, in the fleet's currency; null if that is not known.</summary>
    public double? PricePerGigabyte { get; init; }

    /// <summary>What the sender spends on a byte, in joules; the way back counts the same; null if that is not known.</summary>
    public double? JoulesPerByte { get; init; }

    /// <summary>The address at which <see cref="From"/> reaches <see cref="To"/>, if it is not the node's own, as through an emulated link; null if it is.</summary>
    public Uri? Url { get; init; }

    /// <summary>Whether the link is emulated; then everything that crosses it says so. Default false.</summary>
    public bool Emulated { get; init; }

    /// <summary>Whether there is nothing to measure.</summary>
    public bool IsStated => Bandwidth is not null && RoundTrip is not null;
}
