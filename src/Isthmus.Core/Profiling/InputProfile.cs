using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Profiling;

/// <summary>What an input encoding does to real images.</summary>
/// <param name="Encoding">The encoding; not <see cref="InputKind.Local"/>.</param>
/// <param name="Bytes">Mean bytes of one image.</param>
/// <param name="AccuracyLoss">Share of images, 0…1, whose top-1 class differs from that of the un-encoded image.</param>
/// <param name="SampleCount">How many images.</param>
public sealed record InputProfile(InputEncoding Encoding, ByteCount Bytes, double AccuracyLoss, int SampleCount);
