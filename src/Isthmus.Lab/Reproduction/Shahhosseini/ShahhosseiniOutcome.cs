namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What a method reaches in one case.</summary>
/// <param name="Method">The method.</param>
/// <param name="MeanMs">The expected mean response time of what it decides, in milliseconds; null if nothing keeps the threshold.</param>
/// <param name="MeanAccuracy">The mean accuracy, 0…1.</param>
/// <param name="WorstMs">The expected response time of the user who waits longest.</param>
/// <param name="Decision">What it decides, such as "3 × device 0.25 int8, 2 × edge 1.0 float".</param>
internal sealed record ShahhosseiniOutcome(string Method, double? MeanMs, double? MeanAccuracy, double? WorstMs, string Decision)
{
    /// <summary>Of learners: the median number of steps after which it was and stayed within 1 % of the optimum; null if it is no learner or did not get there in half of its runs.</summary>
    public double? Steps { get; init; }

    /// <summary>Of learners: the steps that each run had.</summary>
    public int? Budget { get; init; }

    /// <summary>Of learners: how many of the runs got there.</summary>
    public int? Converged { get; init; }

    /// <summary>Of learners: the runs.</summary>
    public int? Runs { get; init; }

    /// <summary>Of learners: the share of decisions at the end of the runs that are optimal.</summary>
    public double? Optimal { get; init; }
}
