using System.Collections.Immutable;

namespace Isthmus.Lab.Fuzzing;

/// <summary>What became of the inputs that one decoder was given.</summary>
/// <param name="Codec">The decoder.</param>
/// <param name="Inputs">How many inputs.</param>
/// <param name="Accepted">How many were decoded.</param>
/// <param name="Refused">How many were refused, by kind of error.</param>
/// <param name="MaxAllocatedBytes">The most bytes of managed memory that decoding one input took, the exception included.</param>
/// <param name="SlowestMs">The longest time for one input, in milliseconds of the clock on the wall.</param>
public sealed record FuzzCodecTally(
    string Codec, long Inputs, long Accepted, ImmutableSortedDictionary<string, long> Refused, long MaxAllocatedBytes, double SlowestMs);
