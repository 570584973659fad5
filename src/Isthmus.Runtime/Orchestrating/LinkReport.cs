namespace Isthmus.Runtime.Orchestrating;

/// <summary>A link as a user sees it.</summary>
/// <param name="Node">The node at its other end.</param>
/// <param name="Mbps">The bandwidth in Mbit/s.</param>
/// <param name="RttMs">The round-trip time in milliseconds.</param>
public sealed record LinkReport(string Node, double Mbps, double RttMs);
