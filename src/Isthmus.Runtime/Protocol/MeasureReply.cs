using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>What a node measured of one segment. All times include the node's emulated slow-down.</summary>
/// <param name="Timing">The inference, tensors in to tensors out; null if no repeats were asked for.</param>
/// <param name="Load">From the model's bytes to a session that can run; zero if it was loaded already.</param>
/// <param name="MemoryBytes">The session's estimated memory.</param>
/// <param name="Codecs">Encode and decode times; medians.</param>
/// <param name="Inputs">Encode and decode times of input encodings; medians.</param>
/// <param name="Slowdown">The factor by which computing is slowed down on purpose; 1 is none, anything else is emulated.</param>
/// <param name="Emulated">Whether <paramref name="Slowdown"/> is not 1.</param>
public sealed record MeasureReply(
    Timing? Timing,
    [property: JsonPropertyName("loadMs")] Milliseconds Load,
    long MemoryBytes,
    ImmutableArray<MeasuredCodec> Codecs,
    ImmutableArray<InputTiming> Inputs,
    double Slowdown,
    bool Emulated)
{
    /// <summary>
    /// The most memory that the node's process had at once, beyond what it had before, while it loaded the segment and ran it; null where the system does not tell.
    /// See <see cref="Profiling.PeakMemory"/>.
    /// </summary>
    public long? PeakMemoryBytes { get; init; }

    /// <summary>What each kernel of the inference runtime took, if that was asked for. Their sum is not <see cref="Timing"/>: being timed takes time, and what lies between kernels does too.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<KernelTime>? Kernels { get; init; }
}
