using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>A link between two nodes, as measured from real transfers.</summary>
/// <param name="From">The sending node's name.</param>
/// <param name="To">The receiving node's name.</param>
/// <param name="RoundTrip">The round-trip time of an empty request.</param>
/// <param name="Bandwidth">Bandwidth from <paramref name="From"/> to <paramref name="To"/>.</param>
/// <param name="Emulated">Whether the link is emulated.</param>
public sealed record LinkProfile(string From, string To, Milliseconds RoundTrip, BitsPerSecond Bandwidth, bool Emulated)
{
    /// <summary>What 10⁹ bytes over the link cost, in any currency, the same everywhere; null if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PricePerGigabyte { get; init; }

    /// <summary>Joules that the sender spends on a byte, beyond its idle power: its radio; null if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? JoulesPerByte { get; init; }
}
