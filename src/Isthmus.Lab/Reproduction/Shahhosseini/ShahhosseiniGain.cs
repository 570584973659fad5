namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>
/// How a gain divides between choosing the place and choosing the variant: each alone, both, and each one's share as the mean of what it adds first and what it adds last (Shapley).
/// Everything at its optimum, so that no learner's skill is in it.
/// </summary>
/// <param name="FixedMs">The most accurate variant on the own device.</param>
/// <param name="PlacementMs">The place is chosen.</param>
/// <param name="ModelsMs">The variant is chosen.</param>
/// <param name="BothMs">Both are chosen.</param>
internal sealed record ShahhosseiniGain(double FixedMs, double PlacementMs, double ModelsMs, double BothMs)
{
    /// <summary>What both together save, in milliseconds.</summary>
    public double TotalMs => FixedMs - BothMs;

    /// <summary>The place's share of it, in milliseconds.</summary>
    public double PlacementShareMs => (FixedMs - PlacementMs + ModelsMs - BothMs) / 2;

    /// <summary>The variant's share of it, in milliseconds.</summary>
    public double ModelsShareMs => (FixedMs - ModelsMs + PlacementMs - BothMs) / 2;

    /// <summary>How much lower the mean response time is than with offloading alone, the paper's comparison: 0.35 for 35 %.</summary>
    public double OverPlacement => 1 - (BothMs / PlacementMs);

    /// <summary>The gain of a case; null if something in it has no answer.</summary>
    public static ShahhosseiniGain? Of(ShahhosseiniCase at) =>
        at.Of(ShahhosseiniCase.DeviceOnly)?.MeanMs is { } device && at.Of(ShahhosseiniCase.NoModelSelection)?.MeanMs is { } placement
        && at.Of(ShahhosseiniCase.NoOffloading)?.MeanMs is { } models && at.Of(ShahhosseiniCase.Optimum)?.MeanMs is { } both ? new(device, placement, models, both) : null;
}
