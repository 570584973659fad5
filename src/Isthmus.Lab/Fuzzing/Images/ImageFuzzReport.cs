using System.Collections.Immutable;

namespace Isthmus.Lab.Fuzzing.Images;

/// <summary>What a run over the reading of pictures saw.</summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="From">The number of the first input.</param>
/// <param name="Inputs">How many inputs were read.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Good">How many were good, and had to be accepted.</param>
/// <param name="Accepted">How many became a tensor.</param>
/// <param name="Refused">How many were refused with one sentence.</param>
/// <param name="Forms">The same by form and corpus.</param>
/// <param name="FindingCount">How many inputs showed a defect.</param>
/// <param name="Findings">The first of them.</param>
public sealed record ImageFuzzReport(
    ulong Seed, long From, long Inputs, double Seconds, long Good, long Accepted, long Refused, ImmutableArray<ImageFuzzTally> Forms, long FindingCount,
    ImmutableArray<ImageFuzzFinding> Findings)
{
    /// <summary>Inputs a second.</summary>
    public double PerSecond => Seconds > 0 ? Math.Round(Inputs / Seconds, 1) : 0;

    /// <summary>The longest time for one input, in milliseconds.</summary>
    public double SlowestMs => Forms.Length == 0 ? 0 : Forms.Max(f => f.SlowestMs);

    /// <summary>The most memory that a process had in use, in bytes; 0 where the system does not tell.</summary>
    public long PeakBytes => Forms.Length == 0 ? 0 : Forms.Max(f => f.PeakBytes);

    /// <summary>Two parts of a run together.</summary>
    internal static ImageFuzzReport Sum(ImageFuzzReport a, ImageFuzzReport b, int maxFindings) => new(
        a.Seed, Math.Min(a.From, b.From), a.Inputs + b.Inputs, Math.Max(a.Seconds, b.Seconds), a.Good + b.Good, a.Accepted + b.Accepted, a.Refused + b.Refused,
        [.. a.Forms.Concat(b.Forms).GroupBy(f => (f.Form, f.Corpus)).Select(g => g.Aggregate(ImageFuzzTally.Sum)).OrderBy(f => f.Form, StringComparer.Ordinal).ThenBy(f => f.Corpus, StringComparer.Ordinal)],
        a.FindingCount + b.FindingCount, [.. a.Findings.Concat(b.Findings).OrderBy(f => f.Input).Take(maxFindings)]);

    /// <summary>A report of nothing.</summary>
    internal static ImageFuzzReport Nothing(ImageFuzzOptions options) => new(options.Seed, options.From, 0, 0, 0, 0, 0, [], 0, []);
}
