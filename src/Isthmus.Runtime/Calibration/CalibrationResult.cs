using System.Collections.Immutable;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Calibration;

/// <summary>What a calibration made.</summary>
/// <param name="Profile">The sizes and losses, with this machine as the only node.</param>
/// <param name="PassedOver">Files that could not be used, each with the reason.</param>
public sealed record CalibrationResult(Profile Profile, ImmutableArray<string> PassedOver);
