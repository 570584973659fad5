using Isthmus.Core.Codec;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>How long a node takes to encode and decode the tensors of a cut; medians.</summary>
public sealed record CodecTiming(string Cut, CodecSpec Codec, Milliseconds Encode, Milliseconds Decode);
