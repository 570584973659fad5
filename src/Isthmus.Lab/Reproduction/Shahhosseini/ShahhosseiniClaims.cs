using System.Collections.Immutable;

namespace Isthmus.Lab.Reproduction.Shahhosseini;

/// <summary>What the experiment confirms or refutes.</summary>
internal static class ShahhosseiniClaims
{
    // The abstract's: 35 % less average response time than the state of the art at less than 0.9 % less accuracy.
    private const double PaperGain = 0.35, PaperLoss = 0.009;

    // The sibling paper's (ISQED 2022): up to 166.6 times fewer interactions than reinforcement learning.
    private const double PaperSteps = 166.6;

    // Beyond this share two measured times are not the same.
    private const double Noise = 1.05;

    /// <summary>The claims.</summary>
    public static ImmutableArray<Claim> Of(ShahhosseiniResult result)
    {
        List<Claim> claims = [];
        foreach (ShahhosseiniWorld world in result.Worlds)
        {
            // What loses less than the paper's share, and is compared with the best that offloading without model selection can do.
            ShahhosseiniCase tight = result.Tight.First(c => c.World == world.Name);
            double sota = tight.Of(ShahhosseiniCase.NoModelSelection)!.MeanMs!.Value;
            foreach ((string text, string method) in new[] { ("the paper's actions", ShahhosseiniCase.Optimum), ("every variant everywhere", ShahhosseiniCase.Everywhere) })
            {
                if (tight.Of(method) is not { MeanMs: { } ms, MeanAccuracy: { } accuracy }) continue;
                double gain = 1 - (ms / sota), loss = world.Ladder.Max(v => v.Accuracy) - accuracy;
                claims.Add(new($"{world.Name}, {tight.Users} users, regular links, {text}: average response below the best offloading without model selection, at {loss * 100:0.00} points less accuracy (paper: below 0.9)", Percent(PaperGain), Percent(gain), "%", gain >= PaperGain && loss < PaperLoss));
            }

            ShahhosseiniCase[] learned = [.. result.Cases.Where(c => c.World == world.Name && c.Of(ShahhosseiniLearners.Isthmus) is not null)];
            if (learned.Length == 0) continue;
            claims.Add(new($"{world.Name}: cases of {learned.Length} in which Isthmus, knowing nothing, comes to within 1 % of the optimum in most runs", null, learned.Count(c => c.Of(ShahhosseiniLearners.Isthmus)!.Steps is not null), "cases", learned.All(c => c.Of(ShahhosseiniLearners.Isthmus)!.Steps is not null)));
            int most = learned.Max(c => c.Users);
            foreach (string other in new[] { ShahhosseiniLearners.DeepJoint, ShahhosseiniLearners.DeepPerUser, ShahhosseiniLearners.DeepCounting, ShahhosseiniLearners.Q, ShahhosseiniLearners.Bandit })
            {
                // Of a learner that did not get there, the steps that it had are the least that it needs.
                (double Ratio, bool AtLeast)[] ratios = [.. learned.Where(c => c.Users == most && c.Of(other) is not null && c.Of(ShahhosseiniLearners.Isthmus)!.Steps is not null)
                    .Select(c => (Ratio: (c.Of(other)!.Steps ?? c.Of(other)!.Budget!.Value) / Math.Max(1, c.Of(ShahhosseiniLearners.Isthmus)!.Steps!.Value), AtLeast: c.Of(other)!.Steps is null))];
                if (ratios.Length == 0) continue;
                (double ratio, bool atLeast) = ratios.OrderBy(r => r.Ratio).ElementAt((ratios.Length - 1) / 2);
                bool isDeep = other == ShahhosseiniLearners.DeepJoint;
                claims.Add(new($"{world.Name}, {most} users: steps of {other} over those of Isthmus, both to within 1 % of the optimum, median of {ratios.Length} case{(ratios.Length == 1 ? "" : "s")}{(atLeast ? " (at least: it did not get there)" : "")}", isDeep ? PaperSteps : null, ratio, "×", isDeep ? ratio >= PaperSteps : ratio >= 1));
            }
        }

        foreach (IGrouping<string, LiveRow> threshold in result.Live.Rows.GroupBy(r => r.Threshold))
        {
            LiveRow isthmus = threshold.First(r => r.Method == ShahhosseiniLearners.Isthmus);
            foreach (LiveRow other in threshold.Where(r => r.Method is ShahhosseiniCase.Optimum or ShahhosseiniCase.NoModelSelection))
                claims.Add(new($"Live, threshold {threshold.Key}: Isthmus, learned on real users, over {(other.Method == ShahhosseiniCase.Optimum ? "the paper's actions at the simulation's optimum" : other.Method)}: no slower", null, isthmus.MeasuredMs / other.MeasuredMs, "×", isthmus.MeasuredMs <= other.MeasuredMs * Noise));
        }

        if (result.Live.Rows.FirstOrDefault(r => r.Method == ShahhosseiniCase.NoModelSelection) is { } offloading && result.Live.Rows.FirstOrDefault(r => r is { Threshold: "89", Method: ShahhosseiniLearners.Isthmus }) is { } live)
        {
            double gain = 1 - (live.MeasuredMs / offloading.MeasuredMs), loss = offloading.MeanAccuracy - live.MeanAccuracy;
            claims.Add(new($"Live, {result.Live.Users} users: average response of Isthmus below the best offloading without model selection, at {loss * 100:0.00} points less accuracy", Percent(PaperGain), Percent(gain), "%", gain >= PaperGain && loss < PaperLoss));
        }

        int lost = result.Live.Rows.Sum(r => r.Lost);
        claims.Add(new("Live: requests lost", null, lost, "requests", lost == 0));
        if (result.Live.Comparison.JointErrors is { } errors) claims.Add(new("Predicted mean response times of joint actions within 15 % of the measured for nine in ten", null, Percent(errors.P90), "% off", errors.P90 <= 0.15));
        foreach (IGrouping<double, JointRow> rows in result.Joint.GroupBy(r => r.Points))
        {
            JointRow first = rows.First(), last = rows.Last();
            if (first.MeanMs is { } narrow && last.MeanMs is { } wide)
                claims.Add(new($"Beyond the paper, {rows.Key:0} point{(rows.Key == 1 ? "" : "s")} of accuracy to lose: average response below placement of the most accurate network alone, by network, part of the picture, cut and codec together", null, Percent(1 - (wide / narrow)), "%", wide <= narrow));
        }

        return [.. claims];
    }

    private static double Percent(double share) => Math.Round(share * 100, 3);
}
