using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Profiling;

/// <summary>What the device has measured of one segment.</summary>
/// <param name="Timing">Its time.</param>
/// <param name="Load">The time to load it.</param>
/// <param name="Peak">The most memory that it took; null if the system does not tell.</param>
internal sealed record MeasuredSegment(Timing Timing, Milliseconds Load, ByteCount? Peak);
