using Isthmus.Core.Errors;

namespace Isthmus.Core.Planning.Dag;

/// <summary>How long to search for the partition with the shortest period.</summary>
public sealed record DagThroughputOptions
{
    /// <summary>The defaults.</summary>
    public static DagThroughputOptions Default { get; } = new();

    /// <summary>When the search ends, proven or not. Default 1 s.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The most minimum cuts, whatever the time; a bound that does not depend on the machine. Default: none.</summary>
    public int MaxCuts { get; init; } = int.MaxValue;

    /// <summary>The share by which the answer may be worse than the best; the search ends when that is proven. Default 0.</summary>
    public double Gap { get; init; }

    /// <summary>The clock of the limit.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Checks the options.</summary>
    /// <exception cref="IsthmusException">A value is out of its range.</exception>
    public void Validate()
    {
        if (!(TimeLimit > TimeSpan.Zero)) throw new IsthmusException(ErrorKind.Usage, "The time limit of a search is more than nothing.");
        if (MaxCuts < 1) throw new IsthmusException(ErrorKind.Usage, "A search takes at least one minimum cut.");
        if (!(Gap is >= 0 and < 1)) throw new IsthmusException(ErrorKind.Usage, "The gap that a search may leave is a share from 0 to 1.");
    }
}
