using System.Collections.Immutable;
using System.Text;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using static Isthmus.Lab.Reporting.Plans.Picture;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>Plans as stacked bars of their stages, in HTML, so that names wrap and bars fit any width.</summary>
internal static class StageRows
{
    // A bar may be so many times as long as the shortest; what is longer is cut off, so that the others can still be told apart.
    private const double LongestTimesShortest = 3;

    private static readonly (string Name, string Colour)[] Colours =
    [
        ("decode", "#7f8c9b"), ("head", "var(--device)"), ("encode", "#5f9ea0"), ("send", "var(--send)"), ("queue", "#b8b8b8"), ("unpack", "#8ab6a8"), ("middle", "var(--edge)"), ("recode", "#6aa9a0"),
        ("forward", "#d9822b"), ("tail", "var(--cloud)"), ("return", "#f2b263"), ("overhead", "#aab2bc"),
    ];

    /// <summary>The bars with their legend.</summary>
    /// <param name="plans">The plans, each with a word about it; empty for none.</param>
    /// <param name="winner">The one to highlight.</param>
    /// <param name="request">What was asked.</param>
    public static string ToHtml(ImmutableArray<(string About, RankedPlan Plan)> plans, Plan winner, PlanningRequest request)
    {
        double longest = Math.Max(1e-9, Math.Min(plans.Max(p => p.Plan.Latency.Value), LongestTimesShortest * plans.Min(p => p.Plan.Latency.Value)));
        HashSet<string> used = [.. plans.SelectMany(p => PlanStage.Of(p.Plan.Cost)).Where(s => s.Value.Value > 0).Select(s => s.Name)];
        StringBuilder html = new("<p class=\"legend\">" + string.Concat(Colours.Where(c => used.Contains(c.Name)).Select(c => $"<span><i style=\"background:{c.Colour}\"></i>{c.Name}</span>")) + "</p><div class=\"bars\">");
        foreach ((string about, RankedPlan plan) in plans)
        {
            PlanStage[] stages = [.. PlanStage.Of(plan.Cost).Where(s => s.Value.Value > 0)];
            html.Append($"<div class=\"row{(plan.Plan == winner ? " best" : "")}\"><div class=\"name\">{(about.Length > 0 ? $"<span class=\"soft\">{E(about)}</span> " : "")}{E(ExplanationText.Describe(plan.Plan, request))}</div>");
            html.Append($"<div class=\"track\" role=\"img\" aria-label=\"{E(string.Join(", ", stages.Select(s => $"{s.Name} {s.Value}")))}\">");
            double left = longest;
            foreach (PlanStage stage in stages)
            {
                double shown = Math.Min(left, stage.Value.Value);
                left -= shown;
                if (shown > 0) html.Append($"<span style=\"width:{N(shown / longest * 100)}%;background:{Colours.First(c => c.Name == stage.Name).Colour}\" title=\"{E($"{stage.Name} {stage.Value}")}\"></span>");
            }

            if (plan.Latency.Value > longest * 1.0001) html.Append("<span class=\"cut\" title=\"the bar is cut off\"></span>");
            html.Append($"</div><div class=\"value\">{plan.Latency} · {plan.Bytes}</div></div>");
        }

        return html.Append("</div>").ToString();
    }

    /// <summary>Whether a bar is cut off.</summary>
    public static bool IsCut(ImmutableArray<(string About, RankedPlan Plan)> plans) =>
        plans.Max(p => p.Plan.Latency.Value) > LongestTimesShortest * plans.Min(p => p.Plan.Latency.Value);

    /// <summary>The same figures as a table's rows, with the stages that any of the plans has.</summary>
    public static (ImmutableArray<string> Headings, IEnumerable<(IReadOnlyList<string> Cells, bool Emphasised)> Rows) Table(ImmutableArray<(string About, RankedPlan Plan)> plans, Plan winner, PlanningRequest request)
    {
        string[] stages = [.. PlanStage.Of(plans[0].Plan.Cost).Select(s => s.Name).Where(n => plans.Any(p => PlanStage.Of(p.Plan.Cost).Any(s => s.Name == n && s.Value.Value > 0)))];
        return (["<plan", .. stages, "all", "sent", "loss ≤", "score"], plans.Select(p => ((IReadOnlyList<string>)
        [
            E(ExplanationText.Describe(p.Plan.Plan, request)), .. stages.Select(n => $"{PlanStage.Of(p.Plan.Cost).First(s => s.Name == n).Value.Value:0.##}"),
            $"{p.Plan.Latency.Value:0.##}", Kept($"{p.Plan.Bytes}"), Kept($"{p.Plan.AccuracyLoss * 100:0.##} %"), $"{p.Plan.Score:0.##}",
        ], p.Plan.Plan == winner)));
    }

    /// <summary>A figure with its unit, which stay in one line.</summary>
    public static string Kept(string text) => $"<span class=\"nowrap\">{E(text)}</span>";
}
