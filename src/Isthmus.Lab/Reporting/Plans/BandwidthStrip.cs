using System.Collections.Immutable;
using System.Text;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Quantities;
using static Isthmus.Lab.Reporting.Plans.Picture;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>Which plan is the best at which bandwidth of a link, as a strip: bandwidths from left to right, logarithmic, a letter for each plan.</summary>
/// <param name="Link">The link.</param>
/// <param name="Plans">The plans of all strips, in the order of their letters.</param>
/// <param name="Request">What was asked.</param>
internal sealed record BandwidthStrip(BandwidthRegions Link, ImmutableArray<Plan?> Plans, PlanningRequest Request)
{
    private const double Fastest = 1e10;
    private const int Colours = 8;

    /// <summary>The strip with its scale, the bandwidth of now, and a table of the regions.</summary>
    public string ToHtml()
    {
        double low = Link.Regions[0].Low.Value;
        double Share(double rate) => Math.Clamp(Math.Log(Math.Max(rate, low) / low) / Math.Log(Fastest / low) * 100, 0, 100);
        StringBuilder html = new($"<h3>{E(Link.From)} → {E(Link.To)}{(Link.IsUsed ? "" : " <span class=\"soft\">not used by the best plan</span>")}</h3><div class=\"strip\">");
        double now = Share(Link.Now.Value);
        html.Append($"<div class=\"now\"><span class=\"{(now < 12 ? "first" : now > 88 ? "last" : "")}\" style=\"left:{N(now)}%\">▼ now {E(Link.Now.ToString())}</span></div>");
        html.Append($"<div class=\"scale\" role=\"img\" aria-label=\"{E(string.Join("; ", Link.Regions.Select(r => $"{ExplanationText.Range(Link, r)}: {Name(r.Plan)}")))}\">");
        foreach (BandwidthRegion region in Link.Regions)
        {
            double from = Share(region.Low.Value), to = double.IsPositiveInfinity(region.High.Value) ? 100 : Share(region.High.Value);
            html.Append($"<span style=\"left:{N(from)}%;width:{N(to - from)}%;background:{ColourOf(region.Plan)}\" title=\"{E($"{ExplanationText.Range(Link, region)}: {Name(region.Plan)}")}\">{(to - from > 4 ? KeyOf(region.Plan) : "")}</span>");
        }

        html.Append("</div><div class=\"marks\" aria-hidden=\"true\">");
        int first = (int)Math.Ceiling(Math.Log10(low) - 1e-9);
        for (int power = first; power <= 10; power++)
        {
            double at = Share(Math.Pow(10, power));
            string side = at < 3 ? "first" : at > 97 ? "last" : "";
            html.Append($"<span class=\"{side}{(power % 2 != 0 ? " odd" : "")}\" style=\"left:{N(at)}%\">{E(new BitsPerSecond(Math.Pow(10, power)).ToString())}</span>");
        }

        return html.Append("</div></div>").ToString();
    }

    /// <summary>The rows of the strip's table: range, plan.</summary>
    public IEnumerable<(IReadOnlyList<string> Cells, bool Emphasised)> Rows() => Link.Regions.Select(r => ((IReadOnlyList<string>)
    [
        $"<span class=\"nowrap\">{E(ExplanationText.Range(Link, r))}</span>", $"<span class=\"key\" style=\"background:{ColourOf(r.Plan)}\">{KeyOf(r.Plan)}</span>{E(Name(r.Plan))}",
    ], r == Link.Current));

    private string Name(Plan? plan) => plan is null ? "no plan satisfies the constraints" : ExplanationText.Describe(plan, Request);

    private string KeyOf(Plan? plan)
    {
        int at = Plans.IndexOf(plan);
        return plan is null ? "–" : at < 26 ? $"{(char)('A' + at)}" : $"{at + 1}";
    }

    private string ColourOf(Plan? plan) => plan is null ? "var(--rest)" : $"var(--p{Plans.IndexOf(plan) % Colours})";
}
