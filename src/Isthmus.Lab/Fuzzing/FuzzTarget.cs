using Isthmus.Core.Codec;

namespace Isthmus.Lab.Fuzzing;

/// <summary>A decoder that is fuzzed: a codec, perhaps with tables that were trained for one tensor.</summary>
/// <param name="Codec">The codec, which has the tables already.</param>
/// <param name="Tables">The tables; null for none.</param>
internal sealed record FuzzTarget(ITensorCodec Codec, CodecTables? Tables = null)
{
    /// <summary>What the report calls it.</summary>
    public string Name { get; } = Tables is null ? Codec.Spec.ToString() : $"{Codec.Spec} trained";
}
