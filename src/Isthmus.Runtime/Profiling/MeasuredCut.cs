using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Profiling;

/// <summary>What the device has measured of one cut.</summary>
/// <param name="Profile">Sizes and losses.</param>
/// <param name="Head">The device's time for the head.</param>
/// <param name="Codecs">The device's times for the codecs.</param>
/// <param name="Load">The time to load the head; null if only the codecs were wanted.</param>
/// <param name="Peak">The most memory that the head took; null if the system does not tell.</param>
internal sealed record MeasuredCut(CutProfile Profile, Timing Head, ImmutableArray<CodecTiming> Codecs, Milliseconds? Load, ByteCount? Peak);
