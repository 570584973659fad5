using System.Net;
using System.Text;

namespace Isthmus.Lab.Reporting;

/// <summary>Builds one self-contained HTML page: style inside, nothing to load, readable in light and dark and on paper.</summary>
/// <param name="title">The page's title.</param>
/// <param name="moreStyle">CSS beside that of every page; it holds nothing that a user wrote.</param>
public sealed class HtmlPage(string title, string moreStyle = "")
{
    private const string Style = """
        :root{color-scheme:light dark;--ink:#1c2430;--soft:#5c6675;--line:#dfe4ea;--back:#fff;--card:#f6f8fa;--accent:#0b7285;--warn:#b35900;--good:#2b7a3d}
        @media(prefers-color-scheme:dark){:root{--ink:#e6e9ee;--soft:#9aa5b4;--line:#333c48;--back:#14181d;--card:#1c2229;--accent:#4cc4d8;--warn:#f0a050;--good:#6fce86}}
        *{box-sizing:border-box}body{margin:0 auto;max-width:1240px;padding:32px 24px 64px;font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;color:var(--ink);background:var(--back)}
        h1{font-size:28px;line-height:1.2;margin:0 0 8px}h2{font-size:20px;margin:40px 0 8px;padding-top:12px;border-top:1px solid var(--line)}h3{font-size:16px;margin:24px 0 6px}
        .why{max-width:110ch}p{margin:6px 0 10px;max-width:110ch}.lead{font-size:17px}.soft{color:var(--soft)}.why{border-left:3px solid var(--accent);padding:6px 12px;background:var(--card);margin:10px 0}
        .badge{display:inline-block;border:1px solid var(--warn);color:var(--warn);border-radius:9px;padding:0 8px;font-size:12px;margin-left:6px;vertical-align:middle}
        table{border-collapse:collapse;width:100%;font-size:13.5px;margin:8px 0 14px}th,td{padding:5px 9px;text-align:right;border-bottom:1px solid var(--line);vertical-align:middle}
        th{color:var(--soft);font-weight:600}td.text,th.text{text-align:left}td .nowrap{white-space:nowrap}tr.best td{font-weight:600;background:var(--card)}td img{display:block;width:44px;height:44px;object-fit:cover;border-radius:4px}
        .scroll{overflow-x:auto}svg{width:100%;height:auto;display:block;margin:6px 0}svg text{font-family:inherit;fill:var(--ink);font-size:13px}svg .axis{fill:var(--soft);font-size:12px}svg .grid{stroke:var(--line);stroke-width:1}svg .strong{font-weight:700}
        .legend{font-size:13px;color:var(--soft);display:flex;flex-wrap:wrap;gap:4px 16px}.legend i{display:inline-block;width:11px;height:11px;border-radius:2px;margin-right:6px;vertical-align:-1px}
        .figures{display:flex;flex-wrap:wrap;gap:12px;margin:16px 0}.figures div{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:10px 16px;min-width:150px}.figures b{display:block;font-size:22px}.figures span{color:var(--soft);font-size:13px}
        code{font-family:ui-monospace,"DejaVu Sans Mono",monospace;font-size:.92em;background:var(--card);padding:1px 4px;border-radius:3px}@media print{body{max-width:none}h2{break-after:avoid}}
        """;

    private readonly StringBuilder _body = new();

    /// <summary>Text made safe to stand in HTML.</summary>
    public static string Escape(string text) => WebUtility.HtmlEncode(text);

    /// <summary>Appends HTML as it is: every text in it was made safe by <see cref="Escape"/>.</summary>
    public HtmlPage Append(string html)
    {
        _body.Append(html).Append('\n');
        return this;
    }

    /// <summary>Appends a chart with its heading and legend.</summary>
    public HtmlPage Append(StackedBarChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return Append($"<h3>{Escape(chart.Title)}</h3>").Append(chart.ToLegend()).Append(chart.ToSvg());
    }

    /// <summary>Appends a chart with its heading and legend.</summary>
    public HtmlPage Append(LineChart chart)
    {
        ArgumentNullException.ThrowIfNull(chart);
        return Append($"<h3>{Escape(chart.Title)}</h3>").Append(chart.ToLegend()).Append(chart.ToSvg());
    }

    /// <summary>Appends a table. Columns that begin with "&lt;" in <paramref name="headings"/> hold text and are aligned left.</summary>
    /// <param name="headings">The heading of each column, plain text.</param>
    /// <param name="rows">The cells of each row, as HTML; an emphasised row is highlighted.</param>
    public HtmlPage AppendTable(IReadOnlyList<string> headings, IEnumerable<(IReadOnlyList<string> Cells, bool Emphasised)> rows)
    {
        ArgumentNullException.ThrowIfNull(headings);
        ArgumentNullException.ThrowIfNull(rows);
        bool[] isText = [.. headings.Select(h => h.StartsWith('<'))];
        StringBuilder table = new("<div class=\"scroll\"><table><thead><tr>");
        for (int i = 0; i < headings.Count; i++)
            table.Append($"<th{(isText[i] ? " class=\"text\"" : "")}>{Escape(headings[i].TrimStart('<'))}</th>");
        table.Append("</tr></thead><tbody>");
        foreach ((IReadOnlyList<string> cells, bool emphasised) in rows)
        {
            table.Append(emphasised ? "<tr class=\"best\">" : "<tr>");
            for (int i = 0; i < cells.Count; i++)
                table.Append($"<td{(isText[i] ? " class=\"text\"" : "")}>{cells[i]}</td>");
            table.Append("</tr>");
        }

        return Append(table.Append("</tbody></table></div>").ToString());
    }

    /// <summary>The whole page.</summary>
    public override string ToString() =>
        $"<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{Escape(title)}</title><style>{Style}{moreStyle}</style></head>\n<body>\n{_body}</body></html>\n";
}
