using System.Collections.Immutable;
using Isthmus.Core.Profiling;

namespace Isthmus.Runtime.Running;

/// <summary>A run in a few numbers.</summary>
/// <param name="Images">Pictures that were given.</param>
/// <param name="Answered">Pictures with an answer.</param>
/// <param name="Top1">Share, 0…1, of the answered and labelled pictures whose best class is right; null if none has a label.</param>
/// <param name="Top5">The same for the five best.</param>
/// <param name="P50Ms">Median of the total time; null if nothing was answered.</param>
/// <param name="P95Ms">Its 95th percentile, by the nearest-rank rule.</param>
/// <param name="BytesSentPerImage">Mean bytes sent for an answered picture.</param>
/// <param name="MeasuredOverPredicted">Median of measured ÷ predicted time, of pictures that went as planned; null if nothing was predicted.</param>
/// <param name="Fallbacks">Pictures that went another way than planned.</param>
/// <param name="Late">Pictures answered after their deadline.</param>
/// <param name="Emulated">Whether anything was emulated.</param>
/// <param name="Plans">The plans in the order of first use.</param>
public sealed record RunSummary(
    int Images,
    int Answered,
    double? Top1,
    double? Top5,
    double? P50Ms,
    double? P95Ms,
    double BytesSentPerImage,
    double? MeasuredOverPredicted,
    int Fallbacks,
    int Late,
    bool Emulated,
    ImmutableArray<PlanUse> Plans)
{
    /// <summary>How much of the pictures was used that crossed in a progressive form; null if none did.</summary>
    public InputSummary? Input { get; init; }

    /// <summary>Sums a run up.</summary>
    public static RunSummary Of(IReadOnlyCollection<ImageReport> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        ImageReport[] answered = [.. images.Where(i => i.IsAnswered)];
        ImageReport[] labelled = [.. answered.Where(i => i.Label is not null)];
        Timing? total = answered.Length == 0 ? null : Timing.Of(answered.Select(i => i.Ms!.Total.Value));
        double[] ratios = [.. answered.Where(i => i is { Fallback: null, PredictedMs.Value: > 0 }).Select(i => i.Ms!.Total / i.PredictedMs!.Value)];
        return new(
            images.Count,
            answered.Length,
            Share(labelled, i => i.Top1!.Index == i.Label),
            Share(labelled, i => i.Top5.Any(c => c.Index == i.Label)),
            total is null ? null : Math.Round(total.P50.Value, 3),
            total is null ? null : Math.Round(total.P95.Value, 3),
            answered.Length == 0 ? 0 : Math.Round(answered.Average(i => (double)i.BytesSent), 1),
            ratios.Length == 0 ? null : Math.Round(Timing.Of(ratios).P50.Value, 4),
            answered.Count(i => i.Fallback is not null),
            answered.Count(i => i.Late),
            images.Any(i => i.Emulated),
            [.. images.Where(i => i.Plan is not null).GroupBy(i => i.Plan!, StringComparer.Ordinal).Select(g => new PlanUse(g.Key, g.Count()))])
        {
            Input = InputSummary.Of(answered),
        };
    }

    private static double? Share(ImageReport[] labelled, Func<ImageReport, bool> right) =>
        labelled.Length == 0 ? null : Math.Round((double)labelled.Count(right) / labelled.Length, 6);
}
