using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>What the pictures of a plan's page share: each is drawn twice, for a wide page and for a phone, and style shows the one that fits.</summary>
internal static partial class Picture
{
    public const int Wide = 1000;
    public const int Narrow = 380;

    /// <summary>Both forms of a picture.</summary>
    /// <param name="draw">Draws it for a width in pixels.</param>
    public static string Both(Func<int, string> draw) => $"<div class=\"wide\">{draw(Wide)}</div><div class=\"narrow\">{draw(Narrow)}</div>";

    public static string E(string text) => HtmlPage.Escape(text);

    /// <summary>A sentence for HTML: figures stay in one line with their units, and options are set as code.</summary>
    public static string Prose(string text) => Option().Replace(E(Unit().Replace(text, "$1\u00a0$2")), "<code>$0</code>");

    public static string N(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Milliseconds for an axis.</summary>
    public static string Tick(double value) => value.ToString(value >= 1 ? "#,0" : "0.#####", CultureInfo.InvariantCulture);

    /// <summary>Text in a picture, with a halo of the page's colour, so that it can be read over lines.</summary>
    public static void Text(StringBuilder svg, double x, double y, string text, string anchor = "start", string style = "") =>
        svg.Append($"<text x=\"{N(x)}\" y=\"{N(y)}\" text-anchor=\"{anchor}\" class=\"halo {style}\">{E(text)}</text>");

    public static string Shorten(string text, int length) => text.Length <= length ? text : text[..Math.Max(1, length - 1)] + "…";

    /// <summary>The powers of ten, or 1, 2 and 5 times them where there are few, between two numbers.</summary>
    public static List<double> LogTicks(double low, double high)
    {
        double decades = Math.Log10(high / low);
        double[] steps = decades > 2.2 ? [1] : decades > 0.8 ? [1, 3] : [1, 2, 3, 5, 7];
        int stride = (int)Math.Ceiling(decades / 7);
        List<double> ticks = [];
        for (int power = (int)Math.Floor(Math.Log10(low)); power <= Math.Log10(high); power++)
        {
            if (stride > 1 && power % stride != 0) continue;
            foreach (double step in steps)
            {
                double tick = step * Math.Pow(10, power);
                if (tick >= low * 0.9999 && tick <= high * 1.0001) ticks.Add(tick);
            }
        }

        return ticks;
    }

    [GeneratedRegex(@"(\d) (ms|s|B|kB|MB|GB|%|kbit/s|Mbit/s|Gbit/s)(?![A-Za-z0-9])")]
    private static partial Regex Unit();

    [GeneratedRegex(@"(?<=^|[ ,:])--[a-z][a-z-]*")]
    private static partial Regex Option();
}
