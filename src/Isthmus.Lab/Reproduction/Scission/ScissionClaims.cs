namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>
/// What the runs are held against. Figures of the original stand only beside what its printed answers say, or what follows from its published measurements.
/// </summary>
internal static class ScissionClaims
{
    private const string Mobile = ScissionPublished.MobileFile;
    private const string Wired = ScissionPublished.WiredFile;

    // Two runs of the same plan differ by this much on a machine that does other things, too.
    private const double Noise = 0.05;

    /// <summary>The claims about the published measurements.</summary>
    public static IEnumerable<Claim> Of(PublishedResult result) =>
    [
        Equal("printed answers for VGG19 that come out to the last digit, in their order", ScissionPublished.Printed.Length, result.Matching, "answers"),
        Equal("plans of VGG19 (L = 25 blocks) on one device, edge and cloud: (L+1)(L+2)/2", 351, result.OfOneTriple, "plans"),
        Equal("plans of VGG19 on one device, two edges and two clouds, without duplicates", 1301, result.OfAll, "plans"),
        Equal("networks that stay on the cloud, 3G-like links, 0.15 MB", 15, result.Table(Mobile, 0.15).On("cloud"), "of 18"),
        Equal("networks that stay on the device, 3G-like links, 0.15 MB", 3, result.Table(Mobile, 0.15).On("device"), "of 18"),
        Equal("networks that stay on the cloud, wired links, 0.15 MB", 18, result.Table(Wired, 0.15).On("cloud"), "of 18"),
        Equal("networks that stay on the device, 3G-like links, 0.10 MB", 2, result.Table(Mobile, 0.10).On("device"), "of 18"),
        Equal("networks that stay on the device, 3G-like links, 0.17 MB", 4, result.Table(Mobile, 0.17).On("device"), "of 18"),
        Equal("networks that stay on the device, 3G-like links, 0.30 MB", 8, result.Table(Mobile, 0.30).On("device"), "of 18"),
        Equal("milliseconds of VGG19's best split with the picture on the device, 3G-like links", 2842, Ms(result, Mobile, "vgg19"), "ms"),
        Equal("milliseconds of ResNet50's, wired links", 339, Ms(result, Wired, "resnet50"), "ms"),
        Equal("milliseconds of VGG19's, wired links", 1374, Ms(result, Wired, "vgg19"), "ms"),
        Equal("milliseconds of MobileNetV2's, wired links", 268, Ms(result, Wired, "mobilenetv2"), "ms"),
    ];

    /// <summary>The claims about the time of a question.</summary>
    public static IEnumerable<Claim> Of(QueryTime time) =>
    [
        new("a question about VGG19 on five machines, five answers, takes at most 0.3 s as a process of its own, from its start to its end", null, Rounded(time.ColdMs), "ms", time.ColdMs is { } cold ? cold <= 300 : null),
        new("asked again in a warm process, both files read anew, it takes at most a hundredth of a second: 100 times less than a second", null, Rounded(time.WarmMs), "ms", time.WarmMs <= 10),
    ];

    /// <summary>The claims about a network that was measured here.</summary>
    public static IEnumerable<Claim> Of(ScissionModelResult result)
    {
        foreach (BlockAddition addition in result.Additions)
        {
            yield return new(
                $"on the {addition.Node}, the blocks add up to the whole network within 10 % ({addition.Blocks} blocks)", null, Math.Round(addition.Error * 100, 1), "%",
                Math.Abs(addition.Error) <= 0.1);
        }

        foreach (ScissionCase at in result.Cases)
        {
            foreach (string other in new[] { ScissionMethod.Own, ScissionMethod.Counted })
            {
                double? ratio = at.Of(ScissionMethod.Isthmus).MeasuredMs is > 0 and { } mine && at.Of(other).MeasuredMs is { } theirs ? theirs / mine : null;
                yield return new($"{at.Name}: Isthmus is no slower than {other}", null, ratio is { } r ? Math.Round(r, 3) : null, "× as fast", ratio is null ? null : ratio >= 1 - Noise);
            }
        }

        ScissionOutcome[] own = [.. result.Cases.Select(c => c.Of(ScissionMethod.Own)).Where(o => o is { OwnMs: > 0, MeasuredMs: not null })];
        if (own.Length > 0) yield return Within("Scission's own cost is within 15 % of what its choice takes", own, o => o.OwnMs!.Value);
        ScissionOutcome[] counted = [.. result.Cases.SelectMany(c => c.Outcomes).Where(o => o is { SameRunAs: null, PredictedMs: > 0, MeasuredMs: not null })];
        if (counted.Length > 0) yield return Within("with everything counted, the prediction is within 15 % of what was measured", counted, o => o.PredictedMs!.Value);
        int wrong = result.Cases.SelectMany(c => c.Outcomes).Sum(o => o.Runs.Count(r => r is null));
        yield return new("photographs that were not answered as planned", null, wrong, "of them", wrong == 0);
    }

    private static Claim Within(string name, ScissionOutcome[] outcomes, Func<ScissionOutcome, double> predicted)
    {
        int good = outcomes.Count(o => Math.Abs(o.MeasuredMs!.Value - predicted(o)) <= 0.15 * predicted(o));
        return new($"{name} ({outcomes.Length} plans)", null, Math.Round(100.0 * good / outcomes.Length, 1), "% of them", good == outcomes.Length);
    }

    private static double Ms(PublishedResult result, string links, string model) => Math.Round(result.Table(links, 0.15).PrivateWinners.First(w => w.Model == model).Ms);

    private static Claim Equal(string name, double expected, double measured, string unit) => new(name, expected, measured, unit, measured == expected);

    private static double? Rounded(double? ms) => ms is { } value ? Math.Round(value, 2) : null;
}
