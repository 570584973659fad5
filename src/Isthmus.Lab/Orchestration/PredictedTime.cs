namespace Isthmus.Lab.Orchestration;

/// <summary>A mean response time that a model predicted, and what real users saw.</summary>
/// <param name="Name">What was done.</param>
/// <param name="Sharing">How many users sent a request at the same time.</param>
/// <param name="PredictedMs">The predicted mean over these users, in milliseconds.</param>
/// <param name="MeasuredMs">The median over rounds of the mean over these users, in milliseconds; NaN if no round was answered by all.</param>
/// <param name="Rounds">The rounds that all of them answered.</param>
public sealed record PredictedTime(string Name, int Sharing, double PredictedMs, double MeasuredMs, int Rounds)
{
    /// <summary>The error of the prediction as a share of what was measured: above zero if it promised too much time.</summary>
    public double Error => (PredictedMs - MeasuredMs) / MeasuredMs;
}
