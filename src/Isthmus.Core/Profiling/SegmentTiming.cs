using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>How long a node takes for a segment, tensors in to tensors out, measured end to end.</summary>
/// <param name="From">The cut where it begins; null at the input.</param>
/// <param name="To">The cut where it ends; null at the output.</param>
/// <param name="Timing">The measurements, emulated slow-down included.</param>
public sealed record SegmentTiming(string? From, string? To, Timing Timing)
{
    /// <summary>How long it takes to load it when it is not there: from the model's bytes to a session that can run, emulated slow-down included; null if that was not measured.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Milliseconds? Load { get; init; }

    /// <summary>
    /// The most memory that the node's process had beyond what it had before, while it loaded the segment and ran it; null where the system does not tell. Of the
    /// whole process, so no less than the segment takes, but for what the process had kept of earlier work.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ByteCount? PeakMemory { get; init; }
}
