using Isthmus.Core.Codec;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>What a codec does to the tensors of one cut, on real activations.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Bytes">Mean bytes of the frames of one image, everything counted.</param>
/// <param name="AccuracyLoss">Share of images, 0…1, whose top-1 class differs from the un-split network's.</param>
/// <param name="SampleCount">How many images.</param>
public sealed record CodecProfile(CodecSpec Codec, ByteCount Bytes, double AccuracyLoss, int SampleCount);
