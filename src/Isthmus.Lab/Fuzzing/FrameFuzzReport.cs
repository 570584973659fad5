using System.Collections.Immutable;

namespace Isthmus.Lab.Fuzzing;

/// <summary>What a fuzz run saw.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="From">The number of the first input.</param>
/// <param name="Planned">How many inputs were asked for.</param>
/// <param name="Inputs">How many were given to a decoder.</param>
/// <param name="Guard">How touching foreign memory was noticed.</param>
/// <param name="Threads">How many threads worked.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Good">How many inputs were good frames, which must be accepted.</param>
/// <param name="Sealed">How many bad frames had a right checksum, so that the damage got behind it.</param>
/// <param name="Accepted">How many inputs were decoded: good frames, and bad ones that are legal nevertheless.</param>
/// <param name="Refused">How many were refused with a FrameException, by kind of error.</param>
/// <param name="Mutations">How often each mutation was done.</param>
/// <param name="Codecs">The same by decoder.</param>
/// <param name="FindingCount">How many inputs showed a defect.</param>
/// <param name="Findings">The first of them.</param>
public sealed record FrameFuzzReport(
    ulong Seed,
    long From,
    long Planned,
    long Inputs,
    GuardKind Guard,
    int Threads,
    double Seconds,
    long Good,
    long Sealed,
    long Accepted,
    ImmutableSortedDictionary<string, long> Refused,
    ImmutableSortedDictionary<string, long> Mutations,
    ImmutableArray<FuzzCodecTally> Codecs,
    long FindingCount,
    ImmutableArray<FuzzFinding> Findings)
{
    /// <summary>Inputs a second.</summary>
    public double PerSecond => Seconds > 0 ? Inputs / Seconds : 0;

    /// <summary>The most bytes of managed memory that decoding one input took.</summary>
    public long MaxAllocatedBytes => Codecs.Length == 0 ? 0 : Codecs.Max(c => c.MaxAllocatedBytes);

    /// <summary>The longest time for one input, in milliseconds.</summary>
    public double SlowestMs => Codecs.Length == 0 ? 0 : Codecs.Max(c => c.SlowestMs);
}
