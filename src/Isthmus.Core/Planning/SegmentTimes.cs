namespace Isthmus.Core.Planning;

/// <summary>Where the time of a segment may come from.</summary>
public enum SegmentTimes
{
    /// <summary>From a measurement of the whole segment, from end to end. What was not measured is not planned with.</summary>
    Measured,

    /// <summary>
    /// From a measurement of the whole segment; where there is none, from the sum of those of its blocks, the segments between adjacent cuts, if all of them
    /// were measured. Every output that used a sum says so.
    /// </summary>
    Blocks,
}
