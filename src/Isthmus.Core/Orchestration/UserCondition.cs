namespace Isthmus.Core.Orchestration;

/// <summary>How a user's device and its access link are.</summary>
/// <param name="Cpu">The share of the processor that is free, above 0 to 1.</param>
/// <param name="Memory">The share of the memory that is free, 0…1.</param>
/// <param name="Mbps">The bandwidth of the access link in Mbit/s.</param>
/// <param name="RttMs">The round-trip time of the access link in milliseconds.</param>
public readonly record struct UserCondition(double Cpu, double Memory, double Mbps, double RttMs);
