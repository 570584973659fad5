namespace Isthmus.Runtime.Protocol;

/// <summary>Where each part of an answer ran, and where the milliseconds and bytes went.</summary>
/// <param name="Hops">The nodes, in the order in which they ran.</param>
/// <param name="Fallback">Why the answer did not take the way that was asked for; null if it did.</param>
public sealed record AnswerTrace(IReadOnlyList<HopTrace> Hops, string? Fallback = null);
