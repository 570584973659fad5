using System.Collections.Immutable;
using System.Net;
using System.Text;

namespace Isthmus.Lab.Reporting;

/// <summary>Horizontal stacked bars as inline SVG: no script, no font, nothing to load.</summary>
/// <param name="Title">What the chart shows; read out by screen readers.</param>
/// <param name="Unit">The unit of the values, such as ms.</param>
/// <param name="Series">The series in the order of the legend, each with its colour.</param>
/// <param name="Bars">The bars, from top to bottom.</param>
public sealed record StackedBarChart(string Title, string Unit, ImmutableArray<(string Name, string Colour)> Series, ImmutableArray<Bar> Bars)
{
    private const int Width = 960;
    private const int NoteWidth = 190;
    private const int RowHeight = 26;
    private const int BarHeight = 16;
    private const int AxisHeight = 22;
    private const int LongestLabel = 50;

    // Wide enough for the longest label.
    private int LabelWidth => Bars.Length == 0 ? 230 : Math.Clamp((int)(8.2 * Math.Min(LongestLabel, Bars.Max(b => b.Label.Length))) + 16, 230, 430);

    /// <summary>The chart as an SVG element.</summary>
    public string ToSvg()
    {
        double longest = Bars.Length == 0 ? 1 : Math.Max(Bars.Max(b => b.Total), 1e-9);
        (double step, double end) = Axis(longest);
        double scale = (Width - LabelWidth - NoteWidth) / end;
        int bottom = (Bars.Length * RowHeight) + 4;
        StringBuilder svg = new();
        svg.Append($"<svg viewBox=\"0 0 {Width} {bottom + AxisHeight}\" role=\"img\" aria-label=\"{Escape(Title)}\">");
        for (double v = 0; v <= end + (step / 2); v += step)
        {
            double x = LabelWidth + (v * scale);
            svg.Append($"<line class=\"grid\" x1=\"{x:0.#}\" y1=\"0\" x2=\"{x:0.#}\" y2=\"{bottom}\"/>");
            svg.Append($"<text class=\"axis\" x=\"{x:0.#}\" y=\"{bottom + 15}\" text-anchor=\"middle\">{v:0.##}</text>");
        }

        svg.Append($"<text class=\"axis\" x=\"{Width - NoteWidth + 14}\" y=\"{bottom + 15}\">{Escape(Unit)}</text>");
        for (int i = 0; i < Bars.Length; i++)
            AppendBar(svg, Bars[i], i * RowHeight, scale);
        return svg.Append("</svg>").ToString();
    }

    /// <summary>The legend as HTML, with the series that occur in the bars only.</summary>
    public string ToLegend()
    {
        HashSet<string> used = [.. Bars.SelectMany(b => b.Segments).Where(s => s.Value > 0).Select(s => s.Series)];
        return "<p class=\"legend\">" + string.Concat(Series.Where(s => used.Contains(s.Name))
            .Select(s => $"<span><i style=\"background:{s.Colour}\"></i>{Escape(s.Name)}</span>")) + "</p>";
    }

    private void AppendBar(StringBuilder svg, Bar bar, int top, double scale)
    {
        string weight = bar.Emphasised ? " strong" : "";
        svg.Append($"<text class=\"label{weight}\" x=\"{LabelWidth - 10}\" y=\"{top + 17}\" text-anchor=\"end\">{Escape(Shorten(bar.Label, LongestLabel))}</text>");
        double x = LabelWidth;
        foreach (BarSegment segment in bar.Segments.Where(s => s.Value > 0))
        {
            double width = segment.Value * scale;
            string colour = Series.FirstOrDefault(s => s.Name == segment.Series).Colour ?? "#888";
            svg.Append($"<rect x=\"{x:0.##}\" y=\"{top + 5}\" width=\"{Math.Max(width, 0.4):0.##}\" height=\"{BarHeight}\" fill=\"{colour}\">");
            svg.Append($"<title>{Escape(bar.Label)}: {Escape(segment.Series)} {segment.Value:0.##} {Escape(Unit)}</title></rect>");
            x += width;
        }

        string note = $"{bar.Total:0.#} {Unit}{(bar.Note.Length > 0 ? " · " + bar.Note : "")}";
        svg.Append($"<text class=\"value{weight}\" x=\"{x + 7:0.##}\" y=\"{top + 17}\">{Escape(note)}</text>");
    }

    // Steps of 1, 2 or 5 times a power of ten, four to nine of them.
    private static (double Step, double End) Axis(double longest)
    {
        double magnitude = Math.Pow(10, Math.Floor(Math.Log10(longest)));
        double step = new[] { 0.1, 0.2, 0.5, 1, 2 }.Select(f => f * magnitude).First(s => longest / s <= 8);
        return (step, Math.Ceiling(longest / step) * step);
    }

    private static string Shorten(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
