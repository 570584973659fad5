using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Isthmus.Bench.Compression;

/// <summary>What one setting of a codec reached at a cut.</summary>
/// <param name="Codec">The codec: "floor:L", or as the planner spells it.</param>
/// <param name="Bytes">Mean bytes of a photograph: whole frames; for the floor codec the entropy alone.</param>
/// <param name="BitsPerValue">The same per value, in bits.</param>
/// <param name="Agreement">Share of photographs with the whole network's answer, 0…1.</param>
/// <param name="Top1">Share of photographs that are classified rightly, 0…1; null without labels.</param>
/// <param name="Loss">How much lower that is than the whole network's share, at least 0; null without labels.</param>
/// <param name="EncodeRate">Million values per second of one thread while another works too; null for the floor codec, which codes nothing.</param>
/// <param name="DecodeRate">The same for decoding.</param>
public sealed record MeasuredSetting(
    string Codec, double Bytes, double BitsPerValue, double Agreement, double? Top1, double? Loss, double? EncodeRate, double? DecodeRate)
{
    /// <summary>
    /// Mean Kullback-Leibler divergence of the answers, as distributions over the classes, from the un-split network's, in nats.
    /// </summary>
    public double? Divergence { get; init; }

    /// <summary>By photograph, whether the answer was the whole network's.</summary>
    [JsonIgnore]
    public ImmutableArray<bool> Agrees { get; init; } = [];

    /// <summary>What comes before the setting in the codec's name.</summary>
    [JsonIgnore]
    public string Kind => Codec.Split(':')[0];
}
