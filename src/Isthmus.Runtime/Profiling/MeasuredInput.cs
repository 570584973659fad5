using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Profiling;

/// <summary>What the device has measured of one input encoding.</summary>
/// <param name="Profile">Size and loss.</param>
/// <param name="Timing">The device's times.</param>
internal sealed record MeasuredInput(InputProfile Profile, InputTiming Timing);
