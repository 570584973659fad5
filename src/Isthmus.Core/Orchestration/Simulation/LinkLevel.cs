namespace Isthmus.Core.Orchestration.Simulation;

/// <summary>How a link is.</summary>
/// <param name="Mbps">Its bandwidth in Mbit/s.</param>
/// <param name="RttMs">Its round-trip time in milliseconds.</param>
public readonly record struct LinkLevel(double Mbps, double RttMs);
