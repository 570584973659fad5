using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Text;

namespace Isthmus.Lab.Reporting;

/// <summary>Curves over a quantity, both on logarithmic scales unless told otherwise, as inline SVG: no script, no font, nothing to load.</summary>
/// <param name="Title">What the chart shows; read out by screen readers.</param>
/// <param name="XLabel">The quantity from left to right, with its unit.</param>
/// <param name="YLabel">The quantity from bottom to top, with its unit.</param>
/// <param name="Series">The curves. Points that are not above zero have no place on a logarithmic scale and are left out.</param>
public sealed record LineChart(string Title, string XLabel, string YLabel, ImmutableArray<LineSeries> Series)
{
    private const int Width = 960;
    private const int Height = 420;
    private const int Left = 64;
    private const int Right = 16;
    private const int Top = 12;
    private const int Bottom = 46;

    /// <summary>Whether the quantity from left to right is on a linear scale. Default false.</summary>
    public bool HasLinearX { get; init; }

    /// <summary>Whether the quantity from bottom to top is on a linear scale. Default false.</summary>
    public bool HasLinearY { get; init; }

    /// <summary>The chart as an SVG element.</summary>
    public string ToSvg()
    {
        (double X, double Y)[] all = [.. Series.SelectMany(s => s.Points).Where(IsDrawn)];
        StringBuilder svg = new($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"{Escape(Title)}\">");
        if (all.Length == 0) return svg.Append("</svg>").ToString();
        Scale x = Scale.Of(all.Select(p => p.X), Left, Width - Right, HasLinearX);
        Scale y = Scale.Of(all.Select(p => p.Y), Height - Bottom, Top, HasLinearY);
        foreach (double tick in x.Ticks())
        {
            svg.Append($"<line class=\"grid\" x1=\"{N(x.At(tick))}\" y1=\"{Top}\" x2=\"{N(x.At(tick))}\" y2=\"{Height - Bottom}\"/>");
            svg.Append($"<text class=\"axis\" x=\"{N(x.At(tick))}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{Figure(tick)}</text>");
        }

        foreach (double tick in y.Ticks())
        {
            svg.Append($"<line class=\"grid\" x1=\"{Left}\" y1=\"{N(y.At(tick))}\" x2=\"{Width - Right}\" y2=\"{N(y.At(tick))}\"/>");
            svg.Append($"<text class=\"axis\" x=\"{Left - 7}\" y=\"{N(y.At(tick) + 4)}\" text-anchor=\"end\">{Figure(tick)}</text>");
        }

        svg.Append($"<text class=\"axis\" x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">{Escape(XLabel)}</text>");
        svg.Append($"<text class=\"axis\" transform=\"translate(14 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">{Escape(YLabel)}</text>");
        // The emphasised ones are thick and lie below, so that what is equal to them can still be seen.
        foreach (LineSeries series in Series.OrderBy(s => s.AsMarks).ThenByDescending(s => s.Emphasised)) AppendSeries(svg, series, x, y);
        return svg.Append("</svg>").ToString();
    }

    /// <summary>The legend as HTML. Curves and marks of the same name and colour share an entry.</summary>
    public string ToLegend() => "<p class=\"legend\">" + string.Concat(Series
        .Where(s => s.Points.Any(IsDrawn))
        .DistinctBy(s => (s.Name, s.Colour))
        .Select(s => $"<span><i style=\"background:{s.Colour}\"></i>{(s.Emphasised ? $"<b>{Escape(s.Name)}</b>" : Escape(s.Name))}</span>")) + "</p>";

    private void AppendSeries(StringBuilder svg, LineSeries series, Scale x, Scale y)
    {
        (double X, double Y)[] points = [.. series.Points.Where(IsDrawn)];
        if (points.Length == 0) return;
        if (!series.AsMarks)
        {
            string path = string.Join(' ', points.Select(p => $"{N(x.At(p.X))},{N(y.At(p.Y))}"));
            svg.Append($"<polyline points=\"{path}\" fill=\"none\" stroke=\"{series.Colour}\" stroke-width=\"{(series.Emphasised ? 5 : 1.8)}\" stroke-linejoin=\"round\"><title>{Escape(series.Name)}</title></polyline>");
            return;
        }

        foreach ((double X, double Y) p in points)
        {
            svg.Append($"<circle cx=\"{N(x.At(p.X))}\" cy=\"{N(y.At(p.Y))}\" r=\"{(series.Emphasised ? 7 : 4.5)}\" fill=\"{series.Colour}\" stroke=\"#fff\" stroke-width=\"1\">");
            svg.Append($"<title>{Escape(series.Name)}: {Figure(p.X)}, {Figure(p.Y)}</title></circle>");
        }
    }

    private bool IsDrawn((double X, double Y) p) => (HasLinearX || p.X > 0) && (HasLinearY || p.Y > 0) && double.IsFinite(p.X) && double.IsFinite(p.Y);

    private static string N(double value) => value.ToString("0.#", CultureInfo.InvariantCulture);

    private static string Figure(double value) => value.ToString(value >= 100 ? "0" : "0.##", CultureInfo.InvariantCulture);

    private static string Escape(string text) => WebUtility.HtmlEncode(text);

    private readonly record struct Scale(double Low, double High, double From, double To, bool IsLinear)
    {
        public static Scale Of(IEnumerable<double> values, double from, double to, bool isLinear)
        {
            double[] all = [.. values];
            if (isLinear)
            {
                // Where all is equal, some room around it, so that the axis has figures.
                double margin = Math.Max((all.Max() - all.Min()) * 0.04, Math.Max(Math.Abs(all.Max()) * 0.005, 1e-9));
                return new(all.Min() - margin, all.Max() + margin, from, to, true);
            }

            double low = all.Min() / 1.08, high = all.Max() * 1.08;
            return new(low, high, from, to, false);
        }

        public double At(double value) => From + ((To - From) * (IsLinear ? (value - Low) / (High - Low) : Math.Log(value / Low) / Math.Log(High / Low)));

        // 1, 2 and 5 times the powers of ten; where that is too many, only some of them. On a linear scale, four to ten even steps of such a length.
        public List<double> Ticks()
        {
            if (IsLinear)
            {
                double raw = (High - Low) / 8, ten = Math.Pow(10, Math.Floor(Math.Log10(raw)));
                double step = raw / ten <= 1 ? ten : raw / ten <= 2 ? 2 * ten : raw / ten <= 5 ? 5 * ten : 10 * ten;
                int first = (int)Math.Ceiling(Low / step), last = (int)Math.Floor(High / step);
                return [.. Enumerable.Range(first, last - first + 1).Select(i => i * step)];
            }

            double decades = Math.Log10(High / Low);
            double[] steps = decades > 6 ? [1] : decades > 3.5 ? [1, 3] : decades > 0.7 ? [1, 2, 5] : [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9];
            List<double> ticks = [];
            for (double power = Math.Pow(10, Math.Floor(Math.Log10(Low))); power <= High; power *= 10)
            {
                foreach (double step in steps)
                {
                    if (step * power >= Low && step * power <= High) ticks.Add(step * power);
                }
            }

            return ticks;
        }
    }
}
