using System.Collections.Immutable;
using System.Text;
using Isthmus.Core.Planning;
using static Isthmus.Lab.Reporting.Plans.Picture;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>
/// The plans that no other beats in latency, bytes and accuracy at once, as points: bytes from the device from left to right, latency from bottom to
/// top, both logarithmic, the loss as a colour. Behind them the other plans that are known, in grey.
/// </summary>
/// <param name="Front">The front, fastest first; its points carry their positions as numbers, from 1.</param>
/// <param name="Others">Other plans.</param>
/// <param name="Winner">The best plan.</param>
internal sealed record ParetoPicture(ImmutableArray<RankedPlan> Front, ImmutableArray<RankedPlan> Others, RankedPlan Winner)
{
    private const int Height = 400;
    private const int Top = 14;
    private const int Bottom = 48;

    // Upper ends of the classes of loss, with their colours.
    private static readonly (double Most, string Colour, string Name)[] Losses =
    [
        (0, "var(--l0)", "no loss seen"), (0.01, "var(--l1)", "up to 1 %"), (0.05, "var(--l2)", "up to 5 %"), (0.2, "var(--l3)", "up to 20 %"), (1, "var(--l4)", "more than 20 %"),
    ];

    /// <summary>The picture as SVG, in both widths.</summary>
    public string ToHtml() => Both(Draw);

    /// <summary>The colour of a loss.</summary>
    public static string ColourOf(double loss) => Losses.First(l => loss <= l.Most + 1e-12 || l.Most >= 1).Colour;

    /// <summary>What the colours and marks mean, as HTML.</summary>
    public string Legend()
    {
        HashSet<string> used = [.. Front.Select(p => ColourOf(p.AccuracyLoss))];
        return "<p class=\"legend\">" + string.Concat(Losses.Where(l => used.Contains(l.Colour)).Select(l => $"<span><i style=\"background:{l.Colour}\"></i>{l.Name}</span>"))
            + "<span>ring: the best plan</span><span>diamond: the whole network on one node</span><span><i style=\"background:var(--rest)\"></i>beaten by a point of the front</span></p>";
    }

    private string Draw(int width)
    {
        bool wide = width == Wide;
        int left = wide ? 70 : 48;
        const int zeroWidth = 46;
        RankedPlan[] all = [.. Front, .. Others, Winner];
        double[] times = [.. all.Select(p => p.Latency.Value).Where(t => t > 0)];
        double[] sizes = [.. all.Select(p => (double)p.Bytes.Value).Where(b => b > 0)];
        bool hasZero = sizes.Length < all.Length;
        double low = (times.Length == 0 ? 1 : times.Min()) / 1.15, high = (times.Length == 0 ? 10 : times.Max()) * 1.15;
        double few = (sizes.Length == 0 ? 1e3 : sizes.Min()) / 1.3, many = (sizes.Length == 0 ? 1e4 : sizes.Max()) * 1.3;
        int begin = left + (hasZero ? zeroWidth : 0), right = width - (wide ? 30 : 20);
        double X(long bytes) => bytes <= 0 ? left + (zeroWidth / 2.0) : begin + ((right - begin) * Math.Log(bytes / few) / Math.Log(many / few));
        double Y(double ms) => Height - Bottom - ((Height - Bottom - Top) * Math.Log(Math.Max(ms, low) / low) / Math.Log(high / low));

        StringBuilder svg = new($"<svg viewBox=\"0 0 {width} {Height}\" role=\"img\" aria-label=\"{E(Summary())}\">");
        foreach (double tick in LogTicks(low, high))
        {
            svg.Append($"<line class=\"grid\" x1=\"{left}\" y1=\"{N(Y(tick))}\" x2=\"{right}\" y2=\"{N(Y(tick))}\"/>");
            svg.Append($"<text class=\"axis\" x=\"{left - 6}\" y=\"{N(Y(tick) + 4)}\" text-anchor=\"end\">{Tick(tick)}</text>");
        }

        if (hasZero)
        {
            svg.Append($"<line class=\"grid\" x1=\"{begin}\" y1=\"{Top}\" x2=\"{begin}\" y2=\"{Height - Bottom}\" stroke-dasharray=\"3 3\"/>");
            svg.Append($"<text class=\"axis\" x=\"{N(X(0))}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">0 B</text>");
        }

        double last = double.NegativeInfinity;
        foreach (double tick in sizes.Length == 0 ? [] : LogTicks(few, many))
        {
            double x = X((long)Math.Round(tick));
            svg.Append($"<line class=\"grid\" x1=\"{N(x)}\" y1=\"{Top}\" x2=\"{N(x)}\" y2=\"{Height - Bottom}\"/>");
            if (x - last < 52) continue;
            svg.Append($"<text class=\"axis\" x=\"{N(x)}\" y=\"{Height - Bottom + 17}\" text-anchor=\"middle\">{E(Size(tick))}</text>");
            last = x;
        }

        svg.Append($"<text class=\"axis\" x=\"{(left + right) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">bytes that leave the device</text>");
        svg.Append($"<text class=\"axis\" transform=\"translate(12 {(Top + Height - Bottom) / 2}) rotate(-90)\" text-anchor=\"middle\">milliseconds</text>");
        HashSet<Plan> front = [.. Front.Select(p => p.Plan)];
        foreach (RankedPlan plan in Others.Where(p => !front.Contains(p.Plan))) Mark(svg, plan, X(plan.Bytes.Value), Y(plan.Latency.Value), "var(--rest)", 4);
        foreach (RankedPlan plan in Front.Reverse()) Mark(svg, plan, X(plan.Bytes.Value), Y(plan.Latency.Value), ColourOf(plan.AccuracyLoss), 6);
        double wx = X(Winner.Bytes.Value), wy = Y(Winner.Latency.Value);
        svg.Append($"<circle cx=\"{N(wx)}\" cy=\"{N(wy)}\" r=\"11\" fill=\"none\" stroke=\"var(--ink)\" stroke-width=\"2\"/>");
        DrawNumbers(svg, [.. Front.Select(p => (X(p.Bytes.Value), Y(p.Latency.Value), p.Plan == Winner.Plan))], wx, wy, right);
        return svg.Append("</svg>").ToString();
    }

    // Numbers that would lie upon each other are left out, the best plan's last of all.
    private static void DrawNumbers(StringBuilder svg, (double X, double Y, bool IsWinner)[] points, double winnerX, double winnerY, int right)
    {
        List<(double X, double Y)> taken = [];
        bool isOnFront = points.Any(p => p.IsWinner);
        foreach (((double x, double y, bool isWinner), int number) in points.Select((p, i) => (p, i + 1)).OrderByDescending(p => p.p.IsWinner))
        {
            (double atX, double atY) = x > right - 30 ? (x - 22, y - 8) : (x + 9, y - 8);
            if (taken.Any(t => Math.Abs(t.X - atX) < 18 && Math.Abs(t.Y - atY) < 13)) continue;
            taken.Add((atX, atY));
            Text(svg, isWinner ? atX + 5 : atX, isWinner ? atY - 3 : atY, $"{number}", style: isWinner ? "strong" : "small");
        }

        if (!isOnFront) Text(svg, winnerX + 14, winnerY - 10, "best", style: "strong");
    }

    private static void Mark(StringBuilder svg, RankedPlan plan, double x, double y, string colour, double r)
    {
        string title = $"<title>{E(plan.Plan.Describe())}: {plan.Latency}, {plan.Bytes}, loss {plan.AccuracyLoss * 100:0.##} %</title>";
        svg.Append(plan.Plan.IsSingleNode
            ? $"<path d=\"M{N(x)} {N(y - r - 2)}l{N(r + 2)} {N(r + 2)} {N(-r - 2)} {N(r + 2)} {N(-r - 2)} {N(-r - 2)}z\" fill=\"{colour}\" stroke=\"var(--back)\">{title}</path>"
            : $"<circle cx=\"{N(x)}\" cy=\"{N(y)}\" r=\"{N(r)}\" fill=\"{colour}\" stroke=\"var(--back)\">{title}</circle>");
    }

    private string Summary() =>
        $"{Front.Length} plans that no other beats, from {Front.Select(p => p.Latency).DefaultIfEmpty(Winner.Latency).Min()} to {Front.Select(p => p.Latency).DefaultIfEmpty(Winner.Latency).Max()}, sending from {Front.Select(p => p.Bytes).DefaultIfEmpty(Winner.Bytes).Min()} to {Front.Select(p => p.Bytes).DefaultIfEmpty(Winner.Bytes).Max()}. The table below has the same figures.";

    private static string Size(double bytes) => bytes >= 1e9 ? $"{bytes / 1e9:0.##} GB" : bytes >= 1e6 ? $"{bytes / 1e6:0.##} MB" : bytes >= 1e3 ? $"{bytes / 1e3:0.##} kB" : $"{bytes:0.##} B";
}
