namespace Isthmus.Core.Statistics;

/// <summary>What re-checks say about an expectation.</summary>
public enum DriftDirection
{
    /// <summary>Nothing that chance would not explain.</summary>
    None,

    /// <summary>It happens less often than expected.</summary>
    Below,

    /// <summary>It happens more often than expected.</summary>
    Above,
}
