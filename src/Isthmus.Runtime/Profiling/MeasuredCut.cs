using System.Collections.Immutable;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Profiling;

/// <summary>What the device has measured of one cut.</summary>
/// <param name="Profile">Sizes and losses.</param>
/// <param name="Head">The device's time for the head.</param>
/// <param name="Codecs">The device's times for the codecs.</param>
internal sealed record MeasuredCut(CutProfile Profile, Timing Head, ImmutableArray<CodecTiming> Codecs);
