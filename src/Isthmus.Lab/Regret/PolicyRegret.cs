namespace Isthmus.Lab.Regret;

/// <summary>How one way to choose plans did under a trace.</summary>
/// <param name="Policy">"oracle", "adaptive", "static best", "device-only", "edge-only" or "cloud-only".</param>
/// <param name="Plan">The plan, if it is always the same; null if it changes.</param>
/// <param name="MeanMs">Mean latency.</param>
/// <param name="P95Ms">Its 95th percentile, nearest rank.</param>
/// <param name="MaxMs">The longest.</param>
/// <param name="RegretMs">Mean latency − the oracle's.</param>
/// <param name="RegretP95Ms">95th percentile − the oracle's.</param>
/// <param name="Switches">Changes of the plan from one picture to the next.</param>
/// <param name="Fallbacks">Pictures that the device finished because a node was excluded or late.</param>
public sealed record PolicyRegret(
    string Policy, string? Plan, double MeanMs, double P95Ms, double MaxMs, double RegretMs, double RegretP95Ms, int Switches, int Fallbacks);
