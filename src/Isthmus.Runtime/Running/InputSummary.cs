namespace Isthmus.Runtime.Running;

/// <summary>How much was used of the pictures that crossed in a progressive form.</summary>
/// <param name="Images">Such pictures.</param>
/// <param name="MeanFraction">Mean share of the whole form's bytes that was used.</param>
/// <param name="MeanBytes">Mean bytes that were used.</param>
/// <param name="Cut">Pictures of which less was used than was to be sent, because the time was up.</param>
public sealed record InputSummary(int Images, double MeanFraction, double MeanBytes, int Cut)
{
    /// <summary>Sums up; null if no picture crossed so.</summary>
    internal static InputSummary? Of(IEnumerable<ImageReport> images)
    {
        ImageReport[] crossed = [.. images.Where(i => i.Input is not null)];
        return crossed.Length == 0 ? null : new(
            crossed.Length, Math.Round(crossed.Average(i => i.Input!.Fraction), 4), Math.Round(crossed.Average(i => (double)i.Input!.Used.Value), 1),
            crossed.Count(i => i.Input!.Why == "deadline"));
    }
}
