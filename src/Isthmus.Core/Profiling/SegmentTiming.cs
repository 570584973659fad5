namespace Isthmus.Core.Profiling;

/// <summary>How long a node takes for a segment, tensors in to tensors out, measured end to end.</summary>
/// <param name="From">The cut where it begins; null at the input.</param>
/// <param name="To">The cut where it ends; null at the output.</param>
/// <param name="Timing">The measurements, emulated slow-down included.</param>
public sealed record SegmentTiming(string? From, string? To, Timing Timing);
