using System.Globalization;
using Isthmus.Lab.Reporting;

namespace Isthmus.Lab.Reproduction;

/// <summary>A reproduction's result as one self-contained HTML page.</summary>
public static class ReproductionReport
{
    /// <summary>The page.</summary>
    public static string ToHtml(ReproductionResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        HtmlPage page = new($"Isthmus: {result.Name} reproduced");
        page.Append($"<h1>{E(result.Name.ToUpperInvariant())}, reproduced</h1>");
        page.Append($"<p class=\"soft\">{E(result.Paper)}</p><p class=\"lead\">{E(result.Summary)}</p>");
        page.Append($"<p>{(result.Quick ? "A quick run" : "A full run")} of {result.Seconds.ToString("0", CultureInfo.InvariantCulture)} s, {result.Created:yyyy-MM-dd HH:mm} UTC, Isthmus {E(result.SoftwareVersion)}, {E(result.Host)}."
            + (result.Emulated.IsEmpty ? "" : $" <span class=\"badge\">emulated</span> {E(string.Join("; ", result.Emulated))}. All else is measured, but for what is called predicted.") + "</p>");
        // What came out comes first, then what it was held against, then everything else.
        foreach (ReportSection section in result.Sections.Take(1)) Append(page, section);
        AppendClaims(page, result);
        foreach (ReportSection section in result.Sections.Skip(1)) Append(page, section);
        return page.ToString();
    }

    /// <summary>A figure of a claim as text; empty if there is none.</summary>
    public static string Figure(double? value) => value is not { } v ? ""
        : v.ToString(Math.Abs(v) switch { >= 100 => "0", >= 10 => "0.0", >= 1 => "0.00", _ => "0.####" }, CultureInfo.InvariantCulture);

    private static void AppendClaims(HtmlPage page, ReproductionResult result)
    {
        if (result.Claims.IsEmpty) return;
        page.Append("<h2>Claims</h2>");
        page.AppendTable(["<claim", "paper", "measured", "<", "<"], result.Claims.Select(c => ((IReadOnlyList<string>)[E(c.Name), Cell(Figure(c.Paper)), $"<b>{Cell(Figure(c.Measured))}</b>", Cell(c.Unit), Verdict(c.Met)], false)));
        if (result.Claims.Any(c => c.Paper is null)) page.Append("<p class=\"soft\">Where the paper's column is empty, its figure is not known for certain, and none is quoted.</p>");
    }

    private static void Append(HtmlPage page, ReportSection section)
    {
        page.Append($"<h2>{E(section.Title)}</h2>");
        foreach (string text in section.Text) page.Append($"<p>{E(text)}</p>");
        foreach (LineChart chart in section.Lines) page.Append(chart);
        foreach (StackedBarChart chart in section.Bars) page.Append(chart);
        foreach (ReportTable table in section.Tables)
        {
            if (table.Title.Length > 0) page.Append($"<h3>{E(table.Title)}</h3>");
            page.AppendTable(table.Columns, table.Rows.Select(r => ((IReadOnlyList<string>)[.. r.Cells.Select(Cell)], r.Emphasised)));
        }
    }

    // Figures stay in one line with their units; words may break.
    private static string Cell(string text) => text.Length <= 24 ? $"<span class=\"nowrap\">{E(text)}</span>" : E(text);

    private static string Verdict(bool? met) => met switch
    {
        true => "<span class=\"nowrap\" style=\"color:var(--good)\">met</span>",
        false => "<span class=\"nowrap\" style=\"color:var(--warn)\">not met</span>",
        null => "",
    };

    private static string E(string text) => HtmlPage.Escape(text);
}
