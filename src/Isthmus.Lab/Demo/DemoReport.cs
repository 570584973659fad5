using System.Collections.Immutable;
using System.Globalization;
using Isthmus.Core.Profiling;
using Isthmus.Lab.Reporting;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Lab.Demo;

/// <summary>The demo's result as one self-contained HTML page.</summary>
public static class DemoReport
{
    /// <summary>The page.</summary>
    public static string ToHtml(DemoResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        HtmlPage page = new("Isthmus demo");
        AppendSummary(page, result);
        AppendComparison(page, result);
        foreach (DemoPhaseResult phase in result.Phases) AppendPhase(page, result, phase);
        AppendDecisions(page, result);
        AppendProfile(page, result);
        return page.ToString();
    }

    private static void AppendSummary(HtmlPage page, DemoResult result)
    {
        RunSummary run = result.Run.Summary;
        page.Append("<h1>One network, three tiers, changing links</h1>");
        page.Append($"<p class=\"lead\">{E(result.Network.Model.Name)} classified {run.Images} photographs in {result.Phases.Length} phases. In each phase the planner chose from measurements where to run what, and chose again as the links changed.</p>");
        page.Append($"<p>On one machine: the edge and the cloud are processes on loopback. <span class=\"badge\">emulated</span> the links (rate, delay), and the speed of the slower tiers: {E(string.Join(", ", result.Profile.Nodes.Where(n => n.Slowdown != 1).Select(n => $"{n.Name} {n.Slowdown:0.##}× slower")))}. All else is measured: {E(result.Profile.Nodes[0].Host)}, {E(result.Profile.Nodes[0].Runtime)}, {result.Profile.Nodes[0].Threads} threads.</p>");
        page.Append("<div class=\"figures\">"
            + Figure($"{run.Answered} of {run.Images}", "photographs answered")
            + Figure($"{result.Decisions.Count(d => d.Outcome is DecisionOutcome.Started or DecisionOutcome.Switched or DecisionOutcome.Forced)}", "plans used")
            + Figure($"{Ms(run.P50Ms)}", "median answer, changes included")
            + Figure($"{run.BytesSentPerImage / 1000:0.0} kB", "sent per photograph")
            + Figure(run.Top1 is { } top1 ? $"{top1:P0}" : "no labels", "top-1 of the labelled photographs")
            + "</div>");
    }

    private static void AppendComparison(HtmlPage page, DemoResult result)
    {
        page.Append("<h2>Against doing it in one place</h2>");
        page.Append("<p>Median milliseconds per photograph in each phase, the chosen plan and every baseline on the same photographs in the same minutes. A way that would take more than two seconds was run on one photograph. Struck out: not allowed in that phase.</p>");
        string[] names = [.. result.Phases.SelectMany(p => p.Baselines).Select(b => b.Name).Distinct()];
        page.AppendTable(
            ["<phase", "<chosen plan", "chosen", .. names, "against the best", "prediction off by"],
            result.Phases.Select(p => ((IReadOnlyList<string>)
            [
                E(p.Phase.Name), $"<code>{E(p.Plan)}</code>", $"<b>{Ms(p.Chosen.Summary.P50Ms)}</b>",
                .. names.Select(n => p.Baselines.FirstOrDefault(b => b.Name == n) is { } b ? (b.Allowed ? Ms(b.Run.Summary.P50Ms) : $"<s>{Ms(b.Run.Summary.P50Ms)}</s>") : ""),
                p is { BestBaseline.Run.Summary.P50Ms: { } best, Chosen.Summary.P50Ms: { } mine } ? $"{(mine - best) / best:+0%;−0%;±0%}" : "",
                p.PredictionError is { } error ? $"{error:+0%;−0%;±0%}" : "",
            ], false)));
        double[] errors = [.. result.Phases.Where(p => p.PredictionError is not null).Select(p => Math.Abs(p.PredictionError!.Value))];
        int near = errors.Count(e => e <= 0.15);
        page.Append(near == errors.Length
            ? "<p>In every phase the measured latency is within 15 % of the plan's prediction.</p>"
            : $"<p>The goal is a measured latency within 15 % of the prediction; it is met in {near} of {errors.Length} phases, the worst is off by {errors.Max():P0}.</p>");
        page.Append("<p class=\"soft\">Where the chosen plan is the same as a baseline, differences between them are noise of the machine.</p>");
    }

    private static void AppendPhase(HtmlPage page, DemoResult result, DemoPhaseResult phase)
    {
        page.Append($"<h2>{E(phase.Phase.Name)}</h2><p>{E(phase.Phase.Story)} <span class=\"soft\">{E(phase.Phase.DescribeLinks())} round trip</span> <span class=\"badge\">emulated</span></p>");
        page.Append($"<p class=\"why\"><b>{E(phase.Plan)}</b><br>{E(phase.Why)}</p>");
        page.Append(new StackedBarChart(
            "Median stages of the chosen plan and of the baselines", "ms", StageBars.Series,
            [
                StageBars.Of("chosen", phase.Chosen, $"{phase.Chosen.Summary.BytesSentPerImage / 1000:0.0} kB", true),
                .. phase.Baselines.Where(b => b.Run.Summary.Answered > 0).Select(b => StageBars.Of(
                    b.Name, b.Run, $"{b.Run.Summary.BytesSentPerImage / 1000:0.0} kB{(b.Allowed ? "" : ", not allowed")}{(b.Run.Images.Length < phase.Chosen.Images.Length ? ", 1 photo" : "")}", false)),
            ]));
        page.Append("<h3>Photograph by photograph, as the links changed: milliseconds</h3>");
        var used = StageBars.Stages.Where(s => phase.Adaptive.Images.Any(i => i.Ms is { } ms && s.Value(ms) >= 0.05)).ToImmutableArray();
        page.AppendTable(
            ["<", "<photograph", "<class", "<where each part ran", "total", .. used.Select(s => s.Name), "bytes sent"],
            phase.Adaptive.Images.Select(i => (Row(i, used, result.Thumbnails), false)));
    }

    private static IReadOnlyList<string> Row(
        ImageReport image, ImmutableArray<(string Name, string Colour, Func<StageTimes, double> Value)> used, ImmutableDictionary<string, byte[]> thumbnails)
    {
        string picture = thumbnails.TryGetValue(image.File, out byte[]? jpeg) ? $"<img alt=\"\" src=\"data:image/jpeg;base64,{Convert.ToBase64String(jpeg)}\">" : "";
        if (!image.IsAnswered) return [picture, E(image.File), E(image.Error ?? "no answer"), "", "", .. used.Select(_ => ""), ""];
        string where = string.Join("<br>", image.Where.Select(w => $"<span class=\"nowrap\">{E($"{w.Node}: {w.Segment}")}</span>"));
        string note = image.Fallback is null ? "" : $"<br><span class=\"soft\">{E(image.Fallback)}</span>";
        return
        [
            picture, E(image.File), $"{E(image.Top1!.Name)} <span class=\"soft\">{image.Top1.Score:P0}</span>", $"<span title=\"{E(image.Why)}\">{where}</span>{note}", $"<b>{image.Ms!.Total.Value:0}</b>",
            .. used.Select(s => s.Value(image.Ms) < 0.05 ? "" : s.Value(image.Ms).ToString("0.0", CultureInfo.InvariantCulture)),
            $"{image.BytesSent / 1000.0:0.0} kB",
        ];
    }

    private static void AppendDecisions(HtmlPage page, DemoResult result)
    {
        page.Append("<h2>Decisions</h2><p>Every time the plan changed: what was believed of the links, and why.</p>");
        page.AppendTable(
            ["number", "<plan", "<links as measured", "predicted", "<why"],
            result.Decisions.Where(d => d.Outcome is DecisionOutcome.Started or DecisionOutcome.Switched or DecisionOutcome.Forced).Select(d => ((IReadOnlyList<string>)
            [
                d.Number.ToString(CultureInfo.InvariantCulture), $"<code>{E(d.Plan.Describe())}</code>",
                string.Join("<br>", d.Links.Where(l => l.From == Tiers.Device || l.To == "cloud").Where(l => l.From != "cloud").Select(l => E($"{l.From} → {l.To}: {l.Bandwidth}, {l.RoundTrip}"))),
                d.Predicted is { } predicted ? $"{predicted.Value:0} ms" : "", E(d.Why),
            ], false)));
    }

    private static void AppendProfile(HtmlPage page, DemoResult result)
    {
        Profile profile = result.Profile;
        page.Append($"<h2>What was measured</h2><p>Profile of {profile.Created:yyyy-MM-dd HH:mm} UTC{(result.ProfileWasMeasured ? ", measured in this run" : ", measured before on the same nodes")}; sizes and losses on {profile.SampleCount} photographs. A loss is the share of them whose answer differs from the un-split network's: with so few photographs it is coarse.</p>");
        page.AppendTable(
            ["<node", "<tier", "whole network", "<emulated"],
            profile.Nodes.Select(n => ((IReadOnlyList<string>)
            [
                E(n.Name), n.Tier.ToString().ToLowerInvariant(), n.Segments.FirstOrDefault(s => s is { From: null, To: null })?.Timing.P50.ToString() ?? "", n.Slowdown == 1 ? "no" : $"slowed down {n.Slowdown:0.##}×",
            ], false)));
        string[] codecs = [.. profile.Cuts.SelectMany(c => c.Codecs).Select(c => c.Codec.ToString()).Distinct()];
        page.AppendTable(
            ["<cut", "<shape", "work before", .. codecs],
            profile.Cuts.Select(c => ((IReadOnlyList<string>)
            [
                c.Id, E(string.Join(" + ", c.Tensors.Select(t => t.Shape))), c.MacShare.ToString("P1", CultureInfo.InvariantCulture),
                .. codecs.Select(k => c.Codecs.FirstOrDefault(x => x.Codec.ToString() == k) is { } x ? $"{x.Bytes}{(x.AccuracyLoss > 0 ? $" <span class=\"soft\">−{x.AccuracyLoss:P0}</span>" : "")}" : ""),
            ], false)));
    }

    private static string Figure(string figure, string what) => $"<div><b>{E(figure)}</b><span>{E(what)}</span></div>";

    private static string Ms(double? ms) => ms is { } value ? (value < 10_000 ? $"{value:0}" : $"{value / 1000:0.0} s") : "no answer";

    private static string E(string text) => HtmlPage.Escape(text);
}
