using System.Collections.Immutable;
using System.Text;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Quantities;
using static Isthmus.Lab.Reporting.Plans.Picture;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>The best plan's neighbours as bars around a middle line: to the right what takes more time than in the best plan, to the left what takes less.</summary>
internal static class NeighbourRows
{
    // A bar may reach so many times the winner's latency; what is longer is cut off.
    private const double Longest = 1.5;

    private static readonly (StageKind Kind, string Colour)[] Colours =
    [
        (StageKind.Computing, "var(--computing)"), (StageKind.Sending, "var(--send)"), (StageKind.Coding, "var(--coding)"), (StageKind.Waiting, "var(--waiting)"),
    ];

    /// <summary>The bars with their legend.</summary>
    public static string ToHtml(ImmutableArray<PlanNeighbour> neighbours, Milliseconds winner, PlanningRequest request)
    {
        var rows = neighbours.Where(n => n.Ranked is not null).Select(n => (Neighbour: n, Kinds: KindsOf(n))).ToArray();
        double longest = rows.Length == 0 ? 1 : rows.Max(r => Math.Max(r.Kinds.Where(k => k.Ms > 0).Sum(k => k.Ms), -r.Kinds.Where(k => k.Ms < 0).Sum(k => k.Ms)));
        longest = Math.Max(1e-9, Math.Min(longest, Math.Max(winner.Value, 1e-6) * Longest));
        StringBuilder html = new("<p class=\"legend\">" + string.Concat(Colours.Select(c => $"<span><i style=\"background:{c.Colour}\"></i>{c.Kind.ToString().ToLowerInvariant()}</span>")) + "<span>left: less than in the best plan; right: more</span></p><div class=\"bars around\">");
        foreach ((PlanNeighbour neighbour, (StageKind Kind, double Ms)[] kinds) in rows)
        {
            html.Append($"<div class=\"row\"><div class=\"name\">{E(neighbour.What)}{(neighbour.IsAllowed ? "" : " <span class=\"badge\">not allowed</span>")}</div>");
            html.Append($"<div class=\"track\" role=\"img\" aria-label=\"{E(string.Join(", ", kinds.Select(k => $"{k.Kind.ToString().ToLowerInvariant()} {Signed(k.Ms)}")))}\">");
            double more = 0, less = 0;
            foreach ((StageKind kind, double ms) in kinds)
            {
                // Each side has half of the width.
                double share = Math.Min(Math.Abs(ms) / longest * 50, 50 - (ms > 0 ? more : less));
                if (share <= 0) continue;
                double left = ms > 0 ? 50 + more : 50 - less - share;
                html.Append($"<span style=\"left:{N(left)}%;width:{N(share)}%;background:{Colours.First(c => c.Kind == kind).Colour}\" title=\"{E($"{kind.ToString().ToLowerInvariant()} {Signed(ms)}")}\"></span>");
                if (ms > 0) more += share;
                else less += share;
            }

            if (kinds.Where(k => k.Ms > 0).Sum(k => k.Ms) > longest * 1.0001) html.Append("<span class=\"cut\" style=\"right:0\" title=\"the bar is cut off\"></span>");
            if (-kinds.Where(k => k.Ms < 0).Sum(k => k.Ms) > longest * 1.0001) html.Append("<span class=\"cut\" style=\"left:0\" title=\"the bar is cut off\"></span>");
            html.Append($"</div><div class=\"value\">{Signed(neighbour.Ranked!.Latency.Value - winner.Value)}</div><div class=\"reason\"><b>{E(ExplanationText.Describe(neighbour.Plan, request))}</b> {Prose(neighbour.Why)}</div></div>");
        }

        return html.Append("</div>").ToString();
    }

    /// <summary>Milliseconds with their sign.</summary>
    public static string Signed(double ms) => Math.Abs(ms) < 0.005 ? "±0 ms" : $"{(ms > 0 ? "+" : "−")}{new Milliseconds(Math.Abs(ms))}";

    private static (StageKind Kind, double Ms)[] KindsOf(PlanNeighbour neighbour) =>
        [.. Colours.Select(c => (c.Kind, Ms: neighbour.Differences.Where(d => d.Kind == c.Kind).Sum(d => d.Difference.Value))).Where(k => Math.Abs(k.Ms) >= 0.005)];
}
