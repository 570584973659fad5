using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>What was measured on one node.</summary>
/// <param name="Name">The node's name; unique in the profile.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Url">Its address; null for the device itself.</param>
/// <param name="Slowdown">The factor by which its computing is slowed down on purpose; 1 is none, anything else is emulated.</param>
/// <param name="Host">The machine: operating system, architecture, processor count.</param>
/// <param name="Runtime">The inference runtime and its execution provider, such as "ONNX Runtime 1.29.0, cpu".</param>
/// <param name="Threads">Threads that one inference uses.</param>
/// <param name="Overhead">Median time of a request beyond transfer, queue and computing: parsing, copying, HTTP. Zero for the device.</param>
/// <param name="Segments">Latency per segment.</param>
/// <param name="Codecs">Encode and decode times per cut and codec.</param>
/// <param name="Inputs">Encode and decode times per input encoding.</param>
public sealed record NodeProfile(
    string Name,
    Tier Tier,
    string? Url,
    double Slowdown,
    string Host,
    string Runtime,
    int Threads,
    Milliseconds Overhead,
    ImmutableArray<SegmentTiming> Segments,
    ImmutableArray<CodecTiming> Codecs,
    ImmutableArray<InputTiming> Inputs)
{
    /// <summary>
    /// The machine from whose rate the times of the segments were computed, because it is not at hand; null if they were measured. Encode and decode times
    /// are then those of another node.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProportionalMachine? Computed { get; init; }

    /// <summary>The power that the node draws; null if that is not known, and then nothing can be planned for energy with it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public NodePower? Power { get; init; }

    /// <summary>What an hour of the node's computing costs, in any currency, the same everywhere; null if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? PricePerHour { get; init; }

    /// <summary>
    /// What a verification has taught: how many times as long as measured segment by segment the node computes in real runs. The planner multiplies
    /// all of the node's computing by it. Null: nothing was verified.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? MeasuredRatio { get; init; }
}
