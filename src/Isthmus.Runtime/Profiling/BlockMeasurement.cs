namespace Isthmus.Runtime.Profiling;

/// <summary>Whether blocks are measured: what lies between adjacent cuts.</summary>
public enum BlockMeasurement
{
    /// <summary>Only the segments that plans need.</summary>
    None,

    /// <summary>Those, and every block on every node.</summary>
    Also,

    /// <summary>Only every block and the whole network on every node, as Scission does: fast, and a planner must add up.</summary>
    Only,
}
