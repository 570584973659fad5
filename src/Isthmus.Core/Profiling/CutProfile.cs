using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>A cut that was measured.</summary>
/// <param name="Id">The cut's id, as `inspect` prints it.</param>
/// <param name="Tensors">What crosses.</param>
/// <param name="Bytes">Bytes of the tensors as raw float32.</param>
/// <param name="MacShare">Share of the multiply-accumulates before the cut, 0…1.</param>
/// <param name="Codecs">What each codec makes of the tensors.</param>
public sealed record CutProfile(string Id, ImmutableArray<CutTensor> Tensors, ByteCount Bytes, double MacShare, ImmutableArray<CodecProfile> Codecs)
{
    /// <summary>
    /// How many layers (nodes of the graph) of the network lie before the cut; null if that is not known. Between adjacent cuts lie the layers from the first one's
    /// number to the second one's, the latter excluded.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Layers { get; init; }
}
