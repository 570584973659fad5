namespace Isthmus.Runtime.Orchestrating;

/// <summary>What a node is told when it reports.</summary>
/// <param name="Doubted">Whether its reports do not fit what users measure.</param>
/// <param name="IntervalMs">When the next report is wanted, in milliseconds.</param>
public sealed record NodeAcknowledgement(bool Doubted, double IntervalMs);
