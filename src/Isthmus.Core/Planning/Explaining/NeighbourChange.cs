using System.Text.Json.Serialization;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>The one thing in which a neighbour's decision differs from the best plan's.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NeighbourChange>))]
public enum NeighbourChange
{
    /// <summary>A cut is at the nearest place before, with the same codec.</summary>
    [JsonStringEnumMemberName("cutEarlier")] CutEarlier,

    /// <summary>A cut is at the nearest place after, with the same codec.</summary>
    [JsonStringEnumMemberName("cutLater")] CutLater,

    /// <summary>What crosses a link takes fewer bytes: the next setting of the same codec.</summary>
    [JsonStringEnumMemberName("coarserCodec")] CoarserCodec,

    /// <summary>What crosses a link takes more bytes: the next setting of the same codec.</summary>
    [JsonStringEnumMemberName("finerCodec")] FinerCodec,

    /// <summary>What crosses a link is coded by another codec, at its best setting.</summary>
    [JsonStringEnumMemberName("otherCodec")] OtherCodec,

    /// <summary>The picture crosses in another form.</summary>
    [JsonStringEnumMemberName("otherInput")] OtherInput,

    /// <summary>A segment runs on another node of its tier.</summary>
    [JsonStringEnumMemberName("otherNode")] OtherNode,

    /// <summary>A tier is left out: the tier before or after it takes its segment.</summary>
    [JsonStringEnumMemberName("withoutTier")] WithoutTier,

    /// <summary>The whole network runs on one node.</summary>
    [JsonStringEnumMemberName("notSplitting")] NotSplitting,

    /// <summary>The network is split, in the best way that is allowed.</summary>
    [JsonStringEnumMemberName("splitting")] Splitting,

    /// <summary>Another network for the same task, in its best way that is allowed.</summary>
    [JsonStringEnumMemberName("otherVariant")] OtherVariant,
}
