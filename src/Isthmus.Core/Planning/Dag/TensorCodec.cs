using Isthmus.Core.Codec;

namespace Isthmus.Core.Planning.Dag;

/// <summary>What a codec makes of a tensor.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Bytes">Mean bytes of its frames on real pictures, with the JSON around them.</param>
/// <param name="Encode">Milliseconds on the device, emulated slow-down included.</param>
/// <param name="Decode">Milliseconds on the device likewise; other nodes' are computed from these.</param>
public sealed record TensorCodec(CodecSpec Codec, long Bytes, double Encode, double Decode);
