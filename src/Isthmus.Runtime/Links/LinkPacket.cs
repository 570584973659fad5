using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>When one packet crosses one direction of a link; times count from the link's start.</summary>
/// <param name="Start">When its first bit leaves: when it was ready, or when the packet before it had left.</param>
/// <param name="Departure">When its last bit has left, its retransmissions included.</param>
/// <param name="Arrival">When it is there.</param>
/// <param name="Losses">How often it was lost and sent again.</param>
public readonly record struct LinkPacket(Milliseconds Start, Milliseconds Departure, Milliseconds Arrival, int Losses);
