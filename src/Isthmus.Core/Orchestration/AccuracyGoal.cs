namespace Isthmus.Core.Orchestration;

/// <summary>What accuracy is wanted of all users together; what a single user wants stands in the menu.</summary>
/// <param name="MinMean">The mean accuracy over users, 0…1; null for any ("Min" in the paper).</param>
/// <param name="MsPerMissing">Soft: the milliseconds of mean response time that a whole unit of missing mean accuracy is worth; null: hard, none may be missing.</param>
public sealed record AccuracyGoal(double? MinMean = null, double? MsPerMissing = null)
{
    /// <summary>Whether a mean accuracy satisfies a hard goal, within what sums of floating-point numbers lose.</summary>
    public bool Allows(double meanAccuracy) => MsPerMissing is not null || meanAccuracy >= (MinMean ?? 0) - JointProblem.Tolerance;

    /// <summary>
    /// What a learner of rewards is told (Shahhosseini et al.): minus the mean response time; where the accuracy is not what is wanted, minus the worst response time there can be
    /// (hard) or minus what is missing costs (soft). In milliseconds, never above 0.
    /// </summary>
    /// <param name="meanMs">The mean response time in milliseconds.</param>
    /// <param name="meanAccuracy">The mean accuracy, 0…1.</param>
    /// <param name="worstMs">The worst mean response time there can be, in milliseconds.</param>
    public double Reward(double meanMs, double meanAccuracy, double worstMs) =>
        !Allows(meanAccuracy) ? -Math.Max(worstMs, meanMs) : -meanMs - (Math.Max(0, (MinMean ?? 0) - meanAccuracy) * (MsPerMissing ?? 0));
}
