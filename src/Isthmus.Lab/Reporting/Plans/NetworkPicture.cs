using System.Collections.Immutable;
using System.Text;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using static Isthmus.Lab.Reporting.Plans.Picture;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>
/// The network from input to output, from left to right, one row for each node: how long each block takes there, on one logarithmic scale, the ranges that
/// the plan runs highlighted, and the transfers between them as arrows from row to row. After the figures of Scission (UCC 2020).
/// </summary>
internal sealed class NetworkPicture
{
    /// <summary>The most nodes that are drawn; those of the plan always are.</summary>
    public const int MaxNodes = 8;

    private const int TitleHeight = 22;
    private const int Right = 14;

    private readonly Profile _profile;
    private readonly RankedPlan _winner;
    private readonly int _blocks;
    private readonly ImmutableArray<Row> _rows;
    private readonly double _low;
    private readonly double _high;

    public NetworkPicture(PlanningRequest request, RankedPlan winner)
    {
        _profile = request.Profile;
        _winner = winner;
        _blocks = _profile.Cuts.Length + 1;
        string source = SourceOf(winner.Plan, _profile);
        string[] used = [.. new[] { source }.Concat(winner.Plan.Segments.Select(s => s.Node)).Distinct()];
        string[] names = [.. used.Concat(_profile.Nodes.Select(n => n.Name)).Distinct().Take(Math.Max(MaxNodes, used.Length))];
        _rows = [.. names.Select(name =>
        {
            NodeProfile node = _profile.Nodes.First(n => n.Name == name);
            double ratio = request.Ratios.Where(r => r.Node == name).Select(r => r.Compute).LastOrDefault(node.MeasuredRatio ?? 1);
            return new Row(node, BlockTimes.Of(node, _profile.Cuts, ratio), winner.Plan.Segments.FirstOrDefault(s => s.Node == name), used.Contains(name));
        })];
        double[] times = [.. _rows.SelectMany(r => r.Times).Select(t => t.Time.Value).Where(t => t > 0)];
        _low = times.Length == 0 ? 1 : times.Min() / 1.6;
        _high = times.Length == 0 ? 10 : Math.Max(times.Max() * 1.25, _low * 10);
    }

    /// <summary>How many nodes of the profile have no row.</summary>
    public int Omitted => _profile.Nodes.Length - _rows.Length;

    /// <summary>Whether any of the times is a difference of measured ones.</summary>
    public bool HasDifferences => _rows.Any(r => r.Times.Any(t => !t.IsMeasured));

    /// <summary>Whether any stretch is of more than one block.</summary>
    public bool HasStretches => _rows.Any(r => r.Times.Any(t => t.To - t.From > 1));

    /// <summary>The picture as SVG, in both widths.</summary>
    public string ToHtml() => Both(Draw);

    /// <summary>The times of the picture as rows of a table, one for each stretch of any node: where it begins and ends, and the milliseconds of each node.</summary>
    public (ImmutableArray<string> Headings, IEnumerable<(IReadOnlyList<string> Cells, bool Emphasised)> Rows) Table(int most)
    {
        var stretches = _rows.SelectMany(r => r.Times).Select(t => (t.From, t.To)).Distinct().Order().Take(most).ToArray();
        return (["<from", "<to", .. _rows.Select(r => r.Node.Name)], stretches.Select(s => ((IReadOnlyList<string>)
        [
            E(Place(s.From)), E(Place(s.To)), .. _rows.Select(r => r.Times.FirstOrDefault(t => (t.From, t.To) == s) is { } time ? Cell(r, time) : ""),
        ], false)));

        string Cell(Row row, BlockTime time)
        {
            string ms = $"<span class=\"nowrap\">{(time.IsMeasured ? "" : "Δ ")}{time.Time.Value:0.###}</span>";
            return IsChosen(row, time) ? $"<b>{ms}</b>" : ms;
        }
    }

    private string Draw(int width)
    {
        bool wide = width == Wide;
        int left = wide ? 58 : 40, rowHeight = wide ? 104 : 88, gap = wide ? 44 : 56;
        double Place(double block) => left + ((width - left - Right) * block / _blocks);
        List<(double Top, double Bottom)> places = [];
        double y = 4;
        for (int i = 0; i < _rows.Length; i++)
        {
            places.Add((y + TitleHeight, y + TitleHeight + rowHeight));
            y += TitleHeight + rowHeight + (i + 1 < _rows.Length && _rows[i + 1].IsUsed ? gap : 14);
        }

        // Cuts' names stand under the last row.
        double height = y + 32;
        StringBuilder svg = new($"<svg viewBox=\"0 0 {width} {N(height)}\" role=\"img\" aria-label=\"{E(Summary())}\">");
        Text(svg, left - 5, places[0].Top - 8, "ms", "end", "axis small");
        for (int i = 0; i < _rows.Length; i++) DrawRow(svg, _rows[i], places[i].Top, places[i].Bottom, width, left, Place);
        DrawCuts(svg, places[^1].Bottom, width, Place);
        DrawTransfers(svg, places, width, left, Place);
        return svg.Append("</svg>").ToString();
    }

    private void DrawRow(StringBuilder svg, Row row, double top, double bottom, int width, int left, Func<double, double> place)
    {
        bool wide = width == Wide;
        double Height(double ms) => bottom - ((bottom - top - 4) * Math.Clamp(Math.Log(ms / _low) / Math.Log(_high / _low), 0, 1));
        string colour = $"var(--{TierName.Of(row.Node.Tier)})";
        string note = Note(row);
        svg.Append($"<text x=\"{left}\" y=\"{N(top - 8)}\"><tspan class=\"picture-title\">{E(Shorten(row.Node.Name, wide ? 40 : 16))}</tspan><tspan class=\"soft small\" dx=\"8\">{E(Shorten(note, wide ? 100 : (width - left - Right - 8 - (8 * Math.Min(16, row.Node.Name.Length))) / 6))}</tspan></text>");
        svg.Append($"<rect x=\"{left}\" y=\"{N(top)}\" width=\"{width - left - Right}\" height=\"{N(bottom - top)}\" fill=\"none\" class=\"grid\"/>");
        foreach (double tick in LogTicks(_low, _high))
        {
            svg.Append($"<line class=\"grid\" x1=\"{left}\" y1=\"{N(Height(tick))}\" x2=\"{width - Right}\" y2=\"{N(Height(tick))}\"/>");
            svg.Append($"<text class=\"axis small\" x=\"{left - 5}\" y=\"{N(Height(tick) + 4)}\" text-anchor=\"end\">{Tick(tick)}</text>");
        }

        if (row.Times.IsEmpty)
        {
            Milliseconds? whole = row.Node.Segments.FirstOrDefault(s => s.From is null && s.To is null)?.Timing.P50;
            Text(svg, left + 10, (top + bottom) / 2, whole is null ? "no times of blocks" : $"only the whole network was measured: {whole}", style: "soft");
        }

        if (row.Segment is { } chosen)
        {
            (int from, int to) = Range(chosen);
            svg.Append($"<rect x=\"{N(place(from))}\" y=\"{N(top)}\" width=\"{N(place(to) - place(from))}\" height=\"{N(bottom - top)}\" fill=\"{colour}\" opacity=\"0.13\"/>");
        }

        foreach (BlockTime time in row.Times)
        {
            double x = place(time.From), w = place(time.To) - x, h = Height(Math.Max(time.Time.Value, _low));
            if (!(time.Time.Value > 0))
            {
                if (w > 26) Text(svg, x + (w / 2), bottom - 5, "≤ 0", "middle", "soft small");
                continue;
            }

            double inset = w > 6 ? 1 : 0;
            string fill = IsChosen(row, time) ? colour : "var(--rest)";
            string style = time.IsMeasured ? $"fill=\"{fill}\"" : $"fill=\"{fill}\" fill-opacity=\"0.45\" stroke=\"{fill}\" stroke-dasharray=\"4 2\"";
            svg.Append($"<rect x=\"{N(x + inset)}\" y=\"{N(h)}\" width=\"{N(Math.Max(0.3, w - (2 * inset)))}\" height=\"{N(Math.Max(0.5, bottom - h))}\" {style}>");
            svg.Append($"<title>{E(row.Node.Name)}, {E(Place(time.From))} to {E(Place(time.To))}: {time.Time}{(time.IsMeasured ? "" : ", the difference of two measured segments")}</title></rect>");
        }

        if (row.Segment is not { } segment) return;
        (int begin, int finish) = Range(segment);
        foreach (int end in new[] { begin, finish }.Where(e => e > 0 && e < _blocks))
            svg.Append($"<line x1=\"{N(place(end))}\" y1=\"{N(top)}\" x2=\"{N(place(end))}\" y2=\"{N(bottom)}\" stroke=\"var(--send)\" stroke-width=\"1.4\" stroke-dasharray=\"3 3\"/>");
        double middle = (place(begin) + place(finish)) / 2;
        string label = $"{Computes(segment)}";
        double room = label.Length * 3.9;
        Text(svg, Math.Clamp(middle, left + room, width - Right - room), top + 15, label, "middle", "strong");
    }

    private void DrawCuts(StringBuilder svg, double bottom, int width, Func<double, double> place)
    {
        HashSet<string> used = [.. _winner.Plan.Cuts];
        double labelWidth = width == Wide ? 44 : 38;
        // The words at the ends take as much room as two names.
        List<double> taken = [place(0), place(0) + 20, place(_blocks) - 20, place(_blocks)];
        var cuts = _profile.Cuts.Select((c, i) => (c.Id, At: place(i + 1))).ToArray();
        Text(svg, place(0), bottom + 18, "input", "start", "axis small");
        Text(svg, place(_blocks), bottom + 18, "output", "end", "axis small");
        var chosen = cuts.Where(c => used.Contains(c.Id)).ToArray();
        foreach ((_, double at) in chosen) svg.Append($"<line x1=\"{N(at)}\" y1=\"{N(bottom)}\" x2=\"{N(at)}\" y2=\"{N(bottom + 6)}\" stroke=\"var(--send)\" stroke-width=\"2\"/>");
        // Two that are near to each other share a label; one beside an end stands a line lower.
        if (chosen.Length == 2 && chosen[1].At - chosen[0].At < labelWidth) chosen = [($"{Shorten(chosen[0].Id, 8)}, {Shorten(chosen[1].Id, 8)}", (chosen[0].At + chosen[1].At) / 2)];
        foreach ((string id, double at) in chosen)
        {
            double half = Math.Min(id.Length, 18) * 3.6;
            bool lower = taken.Any(t => Math.Abs(t - at) < labelWidth);
            Text(svg, Math.Clamp(at, half + 2, width - half - 2), bottom + (lower ? 32 : 18), Shorten(id, 18), "middle", "small strong");
            if (!lower) taken.Add(at);
        }

        foreach ((string id, double at) in cuts)
        {
            if (used.Contains(id) || taken.Any(t => Math.Abs(t - at) < labelWidth)) continue;
            Text(svg, at, bottom + 18, Shorten(id, 8), "middle", "axis small");
            taken.Add(at);
        }
    }

    private void DrawTransfers(StringBuilder svg, List<(double Top, double Bottom)> places, int width, int left, Func<double, double> place)
    {
        PlanCost cost = _winner.Cost;
        Plan plan = _winner.Plan;
        List<(int From, int To, double X, string What, double Ms)> transfers = [];
        int row = 0;
        if (plan.Input.Kind != InputKind.Local)
        {
            transfers.Add((0, 1, place(0), $"{Bytes(cost.BytesFromDevice)} as {plan.Input}", cost.Send.Value));
            row = 1;
        }

        for (int s = 0; s + 1 < plan.Segments.Length; s++)
        {
            PlacedSegment segment = plan.Segments[s];
            CutProfile cut = _profile.Cuts.First(c => c.Id == segment.To);
            ByteCount bytes = cut.Codecs.First(c => c.Codec == segment.Codec).Bytes;
            double ms = segment.Tier == Tier.Device ? cost.Send.Value : cost.Forward.Value;
            transfers.Add((row + s, row + s + 1, place(Range(segment).To), $"{Bytes(bytes)} as {segment.Codec}", ms));
        }

        foreach ((int from, int to, double x, string what, double ms) in transfers)
        {
            double start = places[from].Bottom, end = places[to].Top - TitleHeight + 2;
            svg.Append($"<line x1=\"{N(x)}\" y1=\"{N(start)}\" x2=\"{N(x)}\" y2=\"{N(end - 6)}\" stroke=\"var(--send)\" stroke-width=\"3\"/>");
            svg.Append($"<path d=\"M{N(x - 6)} {N(end - 8)}h12l-6 9z\" fill=\"var(--send)\"/>");
            bool toTheRight = x < (left + width) / 2.0;
            double at = toTheRight ? x + 10 : x - 10;
            string anchor = toTheRight ? "start" : "end";
            string time = $"{new Milliseconds(ms)} on the way";
            double middle = (start + end) / 2;
            // One line where there is room for it.
            if (width == Wide)
            {
                Text(svg, at, middle + 3, $"{what}, {time}", anchor, "send");
            }
            else
            {
                Text(svg, at, middle - 3, what, anchor, "send small");
                Text(svg, at, middle + 11, time, anchor, "send small");
            }
        }
    }

    private string Summary()
    {
        string parts = string.Join("; ", _winner.Plan.Segments.Select(s => $"{s.Node} runs from {s.From ?? "the input"} to {s.To ?? "the output"}"));
        return $"Milliseconds of each block of the network on each node. The plan: {parts}. The table below has the same figures.";
    }

    private string Computes(PlacedSegment segment)
    {
        PlanCost c = _winner.Cost;
        double ms = segment.Tier == Tier.Device ? c.Head.Value : segment.To is null ? c.Tail.Value : c.Middle.Value;
        return $"{new Milliseconds(ms)}";
    }

    private static string Note(Row row)
    {
        string tier = TierName.Of(row.Node.Tier);
        List<string> notes = row.Node.Name == tier ? [] : [tier];
        notes.Add(row.Segment is not null ? "computes" : row.IsUsed ? "sends the picture" : "not used");
        if (row.Node.Computed is { } machine) notes.Add($"computed from {machine}, not measured");
        if (row.Node.Slowdown != 1) notes.Add($"emulated: {row.Node.Slowdown:0.##}× slower");
        return string.Join(" · ", notes);
    }

    private bool IsChosen(Row row, BlockTime time) => row.Segment is { } s && Range(s) is var (from, to) && time.From >= from && time.To <= to;

    private (int From, int To) Range(PlacedSegment segment) =>
        (segment.From is null ? 0 : IndexOf(segment.From) + 1, segment.To is null ? _blocks : IndexOf(segment.To) + 1);

    private int IndexOf(string cut) => _profile.Cuts.IndexOf(_profile.Cuts.First(c => c.Id == cut));

    private string Place(int place) => place == 0 ? "input" : place == _blocks ? "output" : _profile.Cuts[place - 1].Id;

    private static string Bytes(ByteCount bytes) => bytes.ToString();

    // Where the picture is.
    private static string SourceOf(Plan plan, Profile profile) =>
        plan.Segments[0].Tier == Tier.Device ? plan.Segments[0].Node : plan.Device ?? profile.Nodes.First(n => n.Tier == Tier.Device).Name;

    private sealed record Row(NodeProfile Node, ImmutableArray<BlockTime> Times, PlacedSegment? Segment, bool IsUsed);
}
