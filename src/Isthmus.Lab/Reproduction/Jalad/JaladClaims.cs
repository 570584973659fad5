using System.Collections.Immutable;
using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Reproduction.Jalad;

/// <summary>What the runs are held against.</summary>
internal static class JaladClaims
{
    // Two runs of the same plan differ by this much on a machine that does other things, too.
    private const double Noise = 0.05;

    /// <summary>The claims.</summary>
    public static ImmutableArray<Claim> Of(IReadOnlyList<JaladModelResult> results, ReproductionOptions options)
    {
        List<Claim> claims = [];
        foreach (JaladModelResult result in results)
        {
            string of = results.Count > 1 ? $"{result.Model}: " : "";
            ImmutableArray<JaladRate> rates = [.. result.Rates.Where(r => JaladEffort.PaperRates.Contains(r.Rate))];
            foreach (JaladRate rate in rates.IsEmpty ? result.Rates : rates) claims.AddRange(At(rate, of));
            claims.AddRange(Losses(result, of, options.MaxLoss));
            claims.AddRange(Others(result, of));
        }

        return [.. claims];
    }

    private static IEnumerable<Claim> At(JaladRate rate, string of)
    {
        string at = $"at {Kilobytes(rate.Rate)}";
        foreach (string other in new[] { JaladMethod.Origin, JaladMethod.Png, JaladMethod.Jpeg, JaladMethod.Neurosurgeon, JaladMethod.Device })
            yield return SpeedUp($"{of}JALAD is no slower than {other} {at}", rate.Of(JaladMethod.Jalad), rate.Of(other));
        foreach (string other in new[] { JaladMethod.Jalad, JaladMethod.Jpeg })
            yield return SpeedUp($"{of}Isthmus is no slower than {other} {at}", rate.Of(JaladMethod.Isthmus), rate.Of(other));
        JaladOutcome? fastest = rate.Outcomes.Where(o => o.Method != JaladMethod.Isthmus && o.P50Ms is not null).MinBy(o => o.P50Ms);
        if (fastest is not null) yield return SpeedUp($"{of}Isthmus is no slower than the fastest of all other ways {at} ({fastest.Method})", rate.Of(JaladMethod.Isthmus), fastest);
    }

    // How many times as fast `mine` is. Without a plan within the budget there is nothing to compare.
    private static Claim SpeedUp(string name, JaladOutcome mine, JaladOutcome other)
    {
        double? ratio = mine.P50Ms is > 0 and { } a && other.P50Ms is { } b ? b / a : null;
        return new(name, null, ratio is { } r ? Math.Round(r, 3) : null, "× as fast", ratio is null ? null : ratio >= 1 - Noise);
    }

    private static IEnumerable<Claim> Losses(JaladModelResult result, string of, double budget)
    {
        foreach (string method in new[] { JaladMethod.Jpeg, JaladMethod.Jalad, JaladMethod.Isthmus })
        {
            JaladLoss[] losses = [.. result.Rates.Select(r => r.Of(method).Loss).OfType<JaladLoss>().Where(l => l.Agreement is not null)];
            if (losses.Length == 0) continue;
            JaladLoss worst = losses.MinBy(l => l.Agreement)!;
            double changed = 1 - worst.Agreement!.Value;
            if (!result.LossIsTop1)
            {
                yield return new(
                    $"{of}{method} changes no more than Δα = {budget * 100:0.##} % of the answers on {worst.Photographs} {(worst.HeldOut ? "photographs that were not planned with" : "photographs")}, at any bandwidth",
                    null, Math.Round(changed * 100, 2), "%", changed <= budget + 1e-9);
            }
            else if (losses.Where(l => l.Labelled > 0).MinBy(l => l.Top1Change) is { Top1Change: { } change } top1)
            {
                yield return new(
                    $"{of}{method} loses no more than Δα = {budget * 100:0.##} points of top-1 on {top1.Labelled} labelled photographs{(top1.HeldOut ? " that were not planned with" : "")}, at any bandwidth", null, Math.Round(-change * 100, 2), "points", -change <= budget + 1e-9);
            }
        }
    }

    private static IEnumerable<Claim> Others(JaladModelResult result, string of)
    {
        double[] ratios = [.. result.Cuts.Where(c => c is { JaladBytes: > 0, IsthmusBytes: > 0 }).Select(c => (double)c.JaladBytes!.Value / c.IsthmusBytes!.Value)];
        if (ratios.Length > 0)
        {
            double mean = Math.Exp(ratios.Average(Math.Log));
            yield return new($"{of}at the same cut within the same Δα, Isthmus' codecs need half of the bytes of JALAD's or less (geometric mean over {ratios.Length} cuts)", null, Math.Round(mean, 3), "× fewer bytes", mean >= 2);
        }

        yield return new($"{of}JALAD's choice takes less than a millisecond", null, Math.Round(result.JaladDecisionMs, 4), "ms", result.JaladDecisionMs < 1);
        yield return new($"{of}Isthmus' choice takes less than a millisecond", null, Math.Round(result.IsthmusDecisionMs, 4), "ms", result.IsthmusDecisionMs < 1);
        double[] errors = [.. result.Rates.SelectMany(r => r.Outcomes).Where(o => o is { SameRunAs: null, PredictedMs: > 0, P50Ms: not null }).Select(o => Math.Abs(o.P50Ms!.Value - o.PredictedMs!.Value) / o.PredictedMs!.Value)];
        if (errors.Length > 0)
        {
            double share = (double)errors.Count(e => e <= 0.15) / errors.Length;
            yield return new($"{of}the measured median is within 15 % of what was predicted, for every plan at every bandwidth ({errors.Length})", null, Math.Round(share * 100, 1), "% of them", share >= 1);
        }

        int wrong = result.Rates.SelectMany(r => r.Outcomes).Where(o => o.Chosen is not null)
            .Sum(o => Math.Abs(o.Photographs.Length - result.TimedPhotographs) + o.Photographs.Count(a => a.Answer is null || a.Fallback is not null));
        yield return new($"{of}photographs that were not answered exactly once, and as planned, by each method at each bandwidth", null, wrong, "of them", wrong == 0);
    }

    /// <summary>A bandwidth as the paper writes it.</summary>
    public static string Kilobytes(BitsPerSecond rate) => Kilobytes(rate.Value / 8e3);

    /// <summary>A bandwidth as the paper writes it, from 1000 bytes per second.</summary>
    public static string Kilobytes(double kilobytes) => kilobytes >= 1000 ? $"{kilobytes / 1000:0.##} MB/s" : $"{kilobytes:0.#} kB/s";
}
