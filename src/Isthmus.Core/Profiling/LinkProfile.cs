using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>A link between two nodes, as measured from real transfers.</summary>
/// <param name="From">The sending node's name.</param>
/// <param name="To">The receiving node's name.</param>
/// <param name="RoundTrip">The round-trip time of an empty request.</param>
/// <param name="Bandwidth">Bandwidth from <paramref name="From"/> to <paramref name="To"/>.</param>
/// <param name="Emulated">Whether the link is emulated.</param>
public sealed record LinkProfile(string From, string To, Milliseconds RoundTrip, BitsPerSecond Bandwidth, bool Emulated);
