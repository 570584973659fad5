namespace Isthmus.Core.Planning.Fractions;

/// <summary>
/// How satisfied a user is (GUS, Hosseinzadeh et al., ICC 2021): wa·(A − A_req)/A_max + wc·(T_req − T)/T_max, of answers with A ≥ A_req and T ≤ T_req; of others not at all.
/// </summary>
/// <param name="Accuracy">wa ≥ 0.</param>
/// <param name="Time">wc ≥ 0.</param>
/// <param name="LeastAccuracy">A_req, 0…1.</param>
/// <param name="MostMilliseconds">T_req ≥ 0.</param>
/// <param name="AccuracyScale">A_max > 0: the accuracy that counts as one.</param>
/// <param name="MillisecondScale">T_max > 0: the time that counts as one.</param>
public sealed record SatisfactionWeights(double Accuracy, double Time, double LeastAccuracy, double MostMilliseconds, double AccuracyScale, double MillisecondScale)
{
    /// <summary>The satisfaction; null if a floor is not kept.</summary>
    public double? Of(double accuracy, double milliseconds) => accuracy >= LeastAccuracy - Constraints.Tolerance && milliseconds <= MostMilliseconds + Constraints.Tolerance
        ? (Accuracy * (accuracy - LeastAccuracy) / AccuracyScale) + (Time * (MostMilliseconds - milliseconds) / MillisecondScale)
        : null;
}
