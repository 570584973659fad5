using System.Text.Json.Serialization;
using Isthmus.Core.Codec;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Protocol;

/// <summary>How long a node takes to encode and decode all tensors of a cut; medians.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Encode">Tensors to frames.</param>
/// <param name="Decode">Frames to tensors.</param>
/// <param name="Bytes">Bytes of the frames.</param>
public sealed record MeasuredCodec(
    CodecSpec Codec,
    [property: JsonPropertyName("encodeMs")] Milliseconds Encode,
    [property: JsonPropertyName("decodeMs")] Milliseconds Decode,
    ByteCount Bytes);
