namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What users lived through while a learner learned.</summary>
/// <param name="World">The world.</param>
/// <param name="Learner">The learner.</param>
/// <param name="Guarded">Whether the guard rail stood between it and the users.</param>
/// <param name="Steps">The steps.</param>
/// <param name="OverOptimum">The mean expected response time of all steps over the optimum's.</param>
/// <param name="WorstOverDevice">The longest expected time of a request over the most accurate variant on the own device.</param>
/// <param name="BeyondBound">The share of requests that were expected to take more than a quarter longer than that.</param>
/// <param name="Missed">The share of steps whose mean accuracy was below the threshold.</param>
/// <param name="EndOverOptimum">What it holds to be best at the end, over the optimum; null if that misses the threshold.</param>
internal sealed record RailRow(
    string World, string Learner, bool Guarded, int Steps, double OverOptimum, double WorstOverDevice, double BeyondBound, double Missed, double? EndOverOptimum);
