using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>A cut that was measured.</summary>
/// <param name="Id">The cut's id, as `inspect` prints it.</param>
/// <param name="Tensors">What crosses.</param>
/// <param name="Bytes">Bytes of the tensors as raw float32.</param>
/// <param name="MacShare">Share of the multiply-accumulates before the cut, 0…1.</param>
/// <param name="Codecs">What each codec makes of the tensors.</param>
public sealed record CutProfile(string Id, ImmutableArray<CutTensor> Tensors, ByteCount Bytes, double MacShare, ImmutableArray<CodecProfile> Codecs);
