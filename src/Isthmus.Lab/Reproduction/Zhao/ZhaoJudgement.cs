using Isthmus.Core.Statistics;

namespace Isthmus.Lab.Reproduction.Zhao;

/// <summary>How many photographs a plan answers rightly.</summary>
/// <param name="Photographs">How many were answered.</param>
/// <param name="Right">How many of them rightly: as labelled, or without labels as the most accurate network answers the un-encoded picture.</param>
public sealed record ZhaoJudgement(int Photographs, int Right)
{
    /// <summary>The share, 0…1; null without photographs.</summary>
    public double? Accuracy => Photographs == 0 ? null : (double)Right / Photographs;

    /// <summary>Lower end of its 95 % interval (Wilson).</summary>
    public double Low => BinomialInterval.Wilson(Right, Math.Max(1, Photographs)).Low;

    /// <summary>Upper end.</summary>
    public double High => BinomialInterval.Wilson(Right, Math.Max(1, Photographs)).High;
}
