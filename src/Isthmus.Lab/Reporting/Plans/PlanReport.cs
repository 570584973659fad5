using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Profiling;
using static Isthmus.Lab.Reporting.Plans.Picture;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>A plan with its reasons as one self-contained HTML page: pictures with the same figures in tables beside them, and where the figures come from.</summary>
public static class PlanReport
{
    private const int MostBlocks = 400;
    private const int MostPoints = 200;
    private static readonly StageKind[] Kinds = Enum.GetValues<StageKind>();

    /// <summary>The page.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="explanation">What was answered, explained.</param>
    /// <param name="created">When the page is made.</param>
    /// <param name="softwareVersion">The version of Isthmus that planned.</param>
    public static string ToHtml(PlanningRequest request, PlanExplanation explanation, DateTimeOffset created, string softwareVersion)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(explanation);
        // Of several networks, the one that was chosen is shown.
        PlanningRequest chosen = request.Choosing(explanation.Result.Winner.Plan.Model);
        HtmlPage page = new($"Plan for {chosen.Profile.ModelName}", PlanReportStyle.Css);
        AppendSummary(page, chosen, explanation.Result);
        AppendNetwork(page, chosen, explanation.Result.Winner);
        AppendStages(page, request, explanation);
        AppendNeighbours(page, request, explanation);
        AppendPareto(page, request, explanation.Result);
        AppendBandwidths(page, request, explanation);
        AppendPrices(page, request, explanation);
        AppendProvenance(page, chosen, [.. request.Variants.Where(v => v.Index != chosen.Index)], created, softwareVersion);
        return page.ToString();
    }

    private static void AppendSummary(HtmlPage page, PlanningRequest request, PlanningResult result)
    {
        RankedPlan winner = result.Winner;
        page.Append($"<h1>Where to run {E(request.Profile.ModelName)}</h1><p class=\"lead\">{E(winner.Plan.Describe())}</p><p class=\"why\">{Prose(result.Why)}</p>");
        page.Append("<div class=\"figures\">"
            + Figure(winner.Latency.ToString(), "predicted, from picture to answer")
            + Figure(winner.Bytes.ToString(), "leave the device")
            + Figure($"{winner.AccuracyLoss * 100:0.##} %", request.Profile.Calibration is { Labelled: true } ? "of the accuracy is lost, at most" : "of the answers change, at most")
            + (winner.Cost.Energy is { } joules ? Figure($"{joules:0.###} J", "drawn for one picture") : "")
            + (winner.Cost.Price is { } money ? Figure($"{money:0.#########}", "of the profile's money for one picture") : "")
            + (request.Objective.PerPeriod > 0 ? Figure(winner.Cost.Period.ToString(), "the longest stage, if pictures follow each other") : "")
            + (result.MarginOverBestSingleTier is { } margin && margin.Against.Plan != winner.Plan ? Figure(NeighbourRows.Signed(-margin.Saved.Value), $"against {margin.Against.Plan.Describe()}, the best on one node") : "")
            + "</div>");
        string[] emulated = [.. Emulated(request)];
        string[] given = [.. request.Links.Select(l => $"{l.From} → {l.To}").Distinct()];
        page.Append($"<p class=\"soft\">Objective: {E(request.Objective.ToString())}. Every figure is predicted from the profile; <code>isthmus run</code> measures what really happens."
            + (emulated.Length == 0 ? "" : $" <span class=\"badge\">emulated</span> {E(string.Join("; ", emulated))}.")
            + (given.Length == 0 ? "" : $" Given by hand, not measured: the links {E(string.Join(", ", given))}.") + "</p>");
    }

    private static void AppendNetwork(HtmlPage page, PlanningRequest request, RankedPlan winner)
    {
        NetworkPicture picture = new(request, winner);
        page.Append("<h2>The network on each node</h2><p>Milliseconds of each block (what lies between two cuts), on a logarithmic scale. Coloured: the range that the node runs in the best plan, with the time of that whole range. Arrows: what crosses, and how long it is on the way.</p>");
        page.Append(picture.ToHtml());
        List<string> notes = [];
        if (picture.HasDifferences) notes.Add("Bars with a dashed edge (Δ in the table) are differences of two measured segments, because the block was not measured by itself; they are for looking, and no plan is made with them. A difference that is not above zero is not drawn.");
        if (picture.HasStretches) notes.Add("A bar that spans several blocks is the time of all of them.");
        if (winner.IsSummed) notes.Add("The time of a chosen range is summed from its blocks, because it was not measured as a whole.");
        if (picture.Omitted > 0) notes.Add($"{picture.Omitted} more nodes of the profile are not drawn.");
        foreach (string note in notes) page.Append($"<p class=\"soft\">{E(note)}</p>");
        var (headings, rows) = picture.Table(MostBlocks);
        Details(page, "The same as a table, in milliseconds", headings, rows);
    }

    private static void AppendStages(HtmlPage page, PlanningRequest request, PlanExplanation explanation)
    {
        RankedPlan winner = explanation.Result.Winner;
        HashSet<Plan> seen = [];
        ImmutableArray<(string, RankedPlan)> plans =
        [
            .. explanation.Result.Ranked.Select((p, i) => ($"{i + 1}.", p))
                .Concat(explanation.Neighbours.Where(n => n.Plan.IsSingleNode && n.Ranked is not null).Select(n => (n.IsAllowed ? "one node:" : "not allowed:", n.Ranked!)))
                .Where(p => seen.Add(p.Item2.Plan)),
        ];
        page.Append("<h2>Stage by stage</h2><p>The best plans, and the whole network on one node.</p>").Append(StageRows.ToHtml(plans, winner.Plan, request));
        if (StageRows.IsCut(plans)) page.Append("<p class=\"soft\">Bars that end in stripes are cut off.</p>");
        var (headings, rows) = StageRows.Table(plans, winner.Plan, request);
        Details(page, "The same as a table, in milliseconds", headings, rows);
    }

    private static void AppendNeighbours(HtmlPage page, PlanningRequest request, PlanExplanation explanation)
    {
        PlanNeighbour[] measured = [.. explanation.Neighbours.Where(n => n.Ranked is not null)];
        if (measured.Length == 0) return;
        page.Append("<h2>One change at a time</h2><p>What a single other decision would do to the best plan.</p>").Append(NeighbourRows.ToHtml(explanation.Neighbours, explanation.Result.Winner.Latency, request));
        RankedPlan winner = explanation.Result.Winner;
        Details(
            page, "The same as a table", ["<change", "<plan", "ms", .. Kinds.Select(k => k.ToString().ToLowerInvariant()), "sent", "loss ≤", "<allowed"],
            measured.Select(n => ((IReadOnlyList<string>)
            [
                E(n.What), E(ExplanationText.Describe(n.Plan, request)), $"{n.Ranked!.Latency.Value - winner.Latency.Value:+0.##;−0.##;0}",
                .. Kinds.Select(k => $"{n.Differences.Where(d => d.Kind == k).Sum(d => d.Difference.Value):+0.##;−0.##;0}"),
                StageRows.Kept(n.Ranked.Bytes.ToString()), StageRows.Kept($"{n.Ranked.AccuracyLoss * 100:0.##} %"), n.IsAllowed ? "yes" : "no",
            ], false)));
        PlanNeighbour[] unknown = [.. explanation.Neighbours.Where(n => n.Ranked is null)];
        if (unknown.Length > 0) Details(page, "What was not measured", ["<change", "<"], unknown.Select(n => ((IReadOnlyList<string>)[E(n.What), Prose(n.Why)], false)));
    }

    private static void AppendPareto(HtmlPage page, PlanningRequest request, PlanningResult result)
    {
        if (result.Pareto.IsEmpty) return;
        ParetoPicture picture = new([.. result.Pareto.Take(MostPoints)], result.Ranked, result.Winner);
        string axes = request.ParetoAxes == ParetoAxes.Default ? "latency, bytes and accuracy" : string.Join(", ", Enum.GetValues<ParetoAxes>().Where(a => int.PopCount((int)a) == 1 && request.ParetoAxes.HasFlag(a))).ToLowerInvariant();
        page.Append($"<h2>Latency against bytes</h2><p>{(result.Pareto.Length == 1 ? $"One plan beats all others in {axes} at once." : $"The {result.Pareto.Length} plans that no other beats in {axes} at once{(result.Pareto.Length > MostPoints ? $", of which the fastest {MostPoints} are drawn" : "")}. Numbers are those of the table.")} Within the constraints.</p>");
        page.Append(picture.Legend()).Append(picture.ToHtml());
        Details(
            page, "The same as a table", ["#", "<plan", "milliseconds", "sent", "loss ≤"],
            result.Pareto.Take(MostPoints).Select((p, i) => ((IReadOnlyList<string>)[$"{i + 1}", E(ExplanationText.Describe(p.Plan, request)), $"{p.Latency.Value:0.##}", StageRows.Kept(p.Bytes.ToString()), StageRows.Kept($"{p.AccuracyLoss * 100:0.##} %")], p.Plan == result.Winner.Plan)));
    }

    private static void AppendBandwidths(HtmlPage page, PlanningRequest request, PlanExplanation explanation)
    {
        if (explanation.Bandwidths.IsEmpty) return;
        page.Append("<h2>If the links change</h2><p>Which plan is the best at which bandwidth of one link in one direction, while all else stays. Borders are where two plans are equally good.</p>");
        ImmutableArray<Plan?> plans = [.. explanation.Bandwidths.SelectMany(b => b.Regions).Select(r => r.Plan).Where(p => p is not null).Distinct()];
        foreach (BandwidthRegions link in explanation.Bandwidths)
        {
            BandwidthStrip strip = new(link, plans, request);
            page.Append(strip.ToHtml()).AppendTable(["<bandwidth", "<best plan"], strip.Rows());
            if (!link.IsComplete) page.Append("<p class=\"soft\">Some of these borders are not exact: there are too many.</p>");
        }
    }

    private static void AppendPrices(HtmlPage page, PlanningRequest request, PlanExplanation explanation)
    {
        page.Append("<h2>What the constraints cost</h2>");
        if (explanation.Prices.IsEmpty)
        {
            page.Append("<p>There are none.</p>");
            return;
        }

        page.Append("<p>How much better the best plan would be if one constraint alone were dropped, and how far it must be relaxed for the next better plan.</p>");
        page.Append("<div class=\"wide\">").AppendTable(
            ["<constraint", "costs", "<the best plan without it", "<the next better plan", "<for that"],
            explanation.Prices.Select(p => ((IReadOnlyList<string>)
            [
                E(p.What), StageRows.Kept(p.Binds ? ExplanationText.Amount(p.Price, request.Objective) : "nothing"), p.Binds ? Prose($"{ExplanationText.Describe(p.Without.Plan, request)}: {p.Without.Latency}, {p.Without.Bytes}") : "",
                p.Next is not { } next ? "" : next.Plan == p.Without.Plan ? "the same" : Prose($"{ExplanationText.Describe(next.Plan, request)}: {next.Latency}, {next.Bytes}"), Prose(p.Advice),
            ], p.Binds))).Append("</div>");
        page.Append($"<ul class=\"narrow\">{string.Concat(explanation.Prices.Select(p => $"<li>{Prose(ExplanationText.Of(p, request))}</li>"))}</ul>");
    }

    private static void AppendProvenance(HtmlPage page, PlanningRequest request, ImmutableArray<PlanVariant> others, DateTimeOffset created, string softwareVersion)
    {
        Profile profile = request.Profile;
        page.Append("<h2>Where the figures come from</h2><dl>"
            + Entry("model", $"{E(profile.ModelName)}, SHA-256 <code>{E(profile.Model.ToString())}</code>")
            + string.Concat(others.Select(v => Entry("not chosen", $"{E(v.Index.Profile.ModelName)}, SHA-256 <code>{E(v.Index.Profile.Model.ToString())}</code>")))
            + Entry("profile", E($"measured until {profile.Created.UtcDateTime:yyyy-MM-dd HH:mm} UTC by Isthmus {profile.SoftwareVersion}; sizes and losses from {profile.SampleCount} images; {profile.Cuts.Length} cuts{(profile.Expires is { } end ? $"; expires {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC{(created >= end ? ", which is past" : "")}" : "")}"))
            + (profile.Calibration is { } c ? Entry("calibration", E($"{c.SampleCount} images{(c.Labelled ? " with labels" : ", without labels")}, {c.Created.UtcDateTime:yyyy-MM-dd HH:mm} UTC, Isthmus {c.SoftwareVersion}")) : "")
            + Entry("counted", E(request.Terms == CostTerms.Scission ? "computing, and for each hop a whole round trip and the transfer, as Scission does" : request.Terms == CostTerms.Everything ? $"every stage from the image file to the answer; medians of measured segments{(request.Segments == SegmentTimes.Blocks ? ", and sums of measured blocks for segments that were not measured as a whole" : "")}" : "computing and transfer only, as the method's paper does"))
            + Entry("this page", E($"{created.UtcDateTime:yyyy-MM-dd HH:mm} UTC, Isthmus {softwareVersion}"))
            + "</dl>");
        page.Append("<h3>Nodes</h3>").AppendTable(
            ["<node", "<tier", "<machine", "<runtime", "threads", "<times"],
            profile.Nodes.Select(n => ((IReadOnlyList<string>)[E(n.Name), TierName.Of(n.Tier), E(n.Host), E(n.Runtime), $"{n.Threads}", Times(n)], false)));
        HashSet<(string, string)> given = [.. request.Links.Select(l => (l.From, l.To))];
        Dictionary<(string, string), LinkProfile> links = [];
        foreach (LinkProfile link in profile.Links.Concat(request.Links)) links[(link.From, link.To)] = link;
        page.Append("<h3>Links</h3>").AppendTable(
            ["<link", "round trip", "bandwidth", "<"],
            links.Values.Select(l => ((IReadOnlyList<string>)
            [
                E($"{l.From} → {l.To}"), StageRows.Kept(l.RoundTrip.ToString()), StageRows.Kept(l.Bandwidth.ToString()),
                given.Contains((l.From, l.To)) ? "as given, not measured" : l.Emulated ? "measured <span class=\"badge\">emulated</span>" : "measured",
            ], false)));
    }

    private static string Times(NodeProfile node)
    {
        if (node.Computed is { } machine) return E($"computed from {machine}, not measured");
        string counts = node.Segments.IsEmpty ? "none"
            : $"{node.Segments.Length} segments, each measured {node.Segments.Min(s => s.Timing.Count)}{(node.Segments.Min(s => s.Timing.Count) == node.Segments.Max(s => s.Timing.Count) ? "" : $" to {node.Segments.Max(s => s.Timing.Count)}")} times";
        return E(counts) + (node.Slowdown != 1 ? $" <span class=\"badge\">emulated</span> {E($"{node.Slowdown:0.##}× slower")}" : "")
            + (node.MeasuredRatio is { } ratio ? E($"; real runs took {ratio:0.###} times as long, and that is planned with") : "");
    }

    private static IEnumerable<string> Emulated(PlanningRequest request)
    {
        foreach (NodeProfile node in request.Profile.Nodes.Where(n => n.Slowdown != 1)) yield return $"{node.Name} is slowed down {node.Slowdown:0.##}×";
        foreach (NodeProfile node in request.Profile.Nodes.Where(n => n.Computed is not null)) yield return $"the times of {node.Name} are computed, not measured";
        string[] links = [.. request.Profile.Links.Where(l => l.Emulated && !request.Links.Any(g => g.From == l.From && g.To == l.To)).Select(l => $"{l.From} → {l.To}")];
        if (links.Length > 0) yield return links.Length > 4 ? $"{links.Length} links" : $"the links {string.Join(", ", links)}";
    }

    private static void Details(HtmlPage page, string summary, IReadOnlyList<string> headings, IEnumerable<(IReadOnlyList<string> Cells, bool Emphasised)> rows) =>
        page.Append($"<details><summary>{E(summary)}</summary>").AppendTable(headings, rows).Append("</details>");

    private static string Figure(string value, string name) => $"<div><b>{E(value)}</b><span>{E(name)}</span></div>";

    private static string Entry(string name, string html) => $"<dt>{E(name)}</dt><dd>{html}</dd>";
}
