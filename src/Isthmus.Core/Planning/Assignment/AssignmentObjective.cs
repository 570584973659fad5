namespace Isthmus.Core.Planning.Assignment;

/// <summary>What is wanted of many requests together. First, that as many as possible are served; then this.</summary>
public enum AssignmentObjective
{
    /// <summary>The largest weighted sum of accuracies; deadlines and floors are kept.</summary>
    Accuracy,

    /// <summary>The least weighted sum of latencies; floors and deadlines are kept.</summary>
    Latency,

    /// <summary>The largest weighted sum of satisfactions (<see cref="Fractions.SatisfactionWeights"/>); floors and deadlines are kept.</summary>
    Satisfaction,
}
