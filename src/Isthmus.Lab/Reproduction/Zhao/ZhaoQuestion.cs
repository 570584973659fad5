using System.Text.Json.Serialization;
using Isthmus.Core.Planning;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>What is asked of every method.</summary>
/// <param name="Name">Its short name.</param>
/// <param name="Text">What is wanted, in words.</param>
/// <param name="MaxLoss">Points of accuracy, 0…1, that may be lost against the most accurate network on the un-encoded picture; null for any.</param>
/// <param name="DeadlineMs">Milliseconds that an answer may be predicted to take; null for any.</param>
public sealed record ZhaoQuestion(string Name, string Text, double? MaxLoss, double? DeadlineMs)
{
    /// <summary>What is optimised.</summary>
    [JsonIgnore]
    public Objective Objective { get; init; } = Objective.Latency;

    /// <summary>If accuracy is traded for time: the milliseconds that are worth all of it; null if not.</summary>
    public double? MsPerAccuracy { get; init; }

    /// <summary>Whether the most accurate plan is wanted, not the fastest.</summary>
    public bool WantsAccuracy => DeadlineMs is not null;

    /// <summary>The better of two outcomes, as they were measured.</summary>
    public ZhaoOutcome Better(ZhaoOutcome one, ZhaoOutcome other)
    {
        ArgumentNullException.ThrowIfNull(one);
        ArgumentNullException.ThrowIfNull(other);
        if (one.MeasuredMs is null || other.MeasuredMs is null) return one.MeasuredMs is null ? other : one;
        if (one.MeetsQuestion != other.MeetsQuestion) return one.MeetsQuestion ? one : other;
        if (MsPerAccuracy is { } worth) return Worth(one, worth) >= Worth(other, worth) ? one : other;
        if (WantsAccuracy && one.MeetsQuestion && one.PredictedLoss != other.PredictedLoss) return one.PredictedLoss < other.PredictedLoss ? one : other;
        return one.MeasuredMs <= other.MeasuredMs ? one : other;
    }

    private static double Worth(ZhaoOutcome outcome, double msPerAccuracy) => (outcome.Judged?.Accuracy ?? 0) - (outcome.MeasuredMs!.Value / msPerAccuracy);
}
