using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Profiling;

/// <summary>What was measured of one network on the nodes at hand: all that the planner knows.</summary>
/// <param name="Version">Version of the file format; see <see cref="CurrentVersion"/>.</param>
/// <param name="Model">The network's hash. A profile is refused for any other network.</param>
/// <param name="ModelName">The network's file name, for people.</param>
/// <param name="Created">When the measurement ended.</param>
/// <param name="SoftwareVersion">The version of Isthmus that measured.</param>
/// <param name="SampleCount">How many images the sizes and losses come from.</param>
/// <param name="OutputBytes">Bytes of the network's output tensors, which travel back.</param>
/// <param name="Cuts">The cuts, from input to output.</param>
/// <param name="Inputs">The input encodings.</param>
/// <param name="Nodes">The nodes; at least one of them is a device.</param>
/// <param name="Links">The links, device outwards; a node that no link leads to cannot be used.</param>
public sealed record Profile(
    int Version,
    ModelHash Model,
    string ModelName,
    DateTimeOffset Created,
    string SoftwareVersion,
    int SampleCount,
    long OutputBytes,
    ImmutableArray<CutProfile> Cuts,
    ImmutableArray<InputProfile> Inputs,
    ImmutableArray<NodeProfile> Nodes,
    ImmutableArray<LinkProfile> Links)
{
    /// <summary>Multiply-accumulates of the whole network for one image; null if they were not counted.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Macs { get; init; }

    /// <summary>How many layers (nodes of the graph) the network has, in the counting of <see cref="CutProfile.Layers"/>; null if that is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Layers { get; init; }

    /// <summary>
    /// When the measurements are too old to decide from: machines and their load change. Null: never. <see cref="ProfileExpiry"/> refuses what is older.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? Expires { get; init; }

    /// <summary>The version that this software writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Where calibrated sizes and losses come from; null if nothing was calibrated.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProfileCalibration? Calibration { get; init; }

    /// <summary>How the accuracy grows with the bytes of the picture that cross, one entry for each way to make them fewer; empty if that was not calibrated.</summary>
    [JsonIgnore]
    public ImmutableArray<InputCurve> InputCurves { get; init; } = [];

    /// <summary>What the confidence of small networks on the device says about an image; empty if that was not calibrated.</summary>
    [JsonIgnore]
    public ImmutableArray<ConfidenceTable> ConfidenceTables { get; init; } = [];

    // As they are written: absent if there are none.
    [JsonInclude, JsonPropertyName("inputCurves"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal ImmutableArray<InputCurve>? WrittenInputCurves
    {
        get => InputCurves.IsDefaultOrEmpty ? null : InputCurves;
        init => InputCurves = value ?? [];
    }

    [JsonInclude, JsonPropertyName("confidenceTables"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    internal ImmutableArray<ConfidenceTable>? WrittenConfidenceTables
    {
        get => ConfidenceTables.IsDefaultOrEmpty ? null : ConfidenceTables;
        init => ConfidenceTables = value ?? [];
    }
}
