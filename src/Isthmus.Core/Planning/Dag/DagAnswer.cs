namespace Isthmus.Core.Planning.Dag;

/// <summary>The best partition that was found, and how good any other could be.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Value">What was minimised: its latency or its period, in milliseconds.</param>
/// <param name="Bound">No partition has less than this, which is proven. Equal to <paramref name="Value"/>, up to rounding, if the search came to its end.</param>
/// <param name="Cuts">How many minimum cuts were computed.</param>
public sealed record DagAnswer(DagPartition Partition, double Value, double Bound, int Cuts)
{
    /// <summary>Whether no partition is better.</summary>
    public bool IsProven => Gap <= 1e-9;

    /// <summary>By what share of <see cref="Value"/> another partition could be better at most; 0 if none can.</summary>
    public double Gap => Value <= 0 ? 0 : Math.Max(0, (Value - Bound) / Value);
}
