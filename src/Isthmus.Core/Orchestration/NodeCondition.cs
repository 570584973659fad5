namespace Isthmus.Core.Orchestration;

/// <summary>How a shared node and the way to it from the users' access links are.</summary>
/// <param name="Cpu">The share of the processor that these users may have, above 0 to 1; other work has the rest.</param>
/// <param name="Memory">The share of the memory that is free, 0…1.</param>
/// <param name="Mbps">The bandwidth of the way to it in Mbit/s.</param>
/// <param name="RttMs">The round-trip time of the way to it in milliseconds, on top of the access link's.</param>
public readonly record struct NodeCondition(double Cpu, double Memory, double Mbps, double RttMs);
