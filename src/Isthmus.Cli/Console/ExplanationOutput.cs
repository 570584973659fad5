using System.Globalization;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Explaining;
using Isthmus.Core.Quantities;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>`plan --explain`: the best plan against its neighbours, the prices of constraints, and the bandwidths at which another plan wins.</summary>
internal static class ExplanationOutput
{
    /// <summary>An explanation as scripts read it.</summary>
    public static object Json(PlanExplanation explanation, PlanningRequest request) => new
    {
        neighbours = explanation.Neighbours.Select(n => new
        {
            change = n.Change,
            what = n.What,
            plan = ExplanationText.Describe(n.Plan, request),
            allowed = n.IsAllowed,
            violations = n.Violations,
            why = n.Why,
            predictedMs = n.Ranked?.Latency,
            predictedBytes = n.Ranked?.Bytes,
            accuracyLoss = n.Ranked?.AccuracyLoss,
            score = n.Ranked?.Score,
            differenceMs = n.Ranked is null ? (Milliseconds?)null : n.Ranked.Latency - explanation.Result.Winner.Latency,
            differenceScore = n.Ranked is null ? (double?)null : n.Ranked.Score - explanation.Result.Winner.Score,
            stages = n.Differences.Select(d => new { stage = d.Stage, kind = d.Kind, bestMs = d.Best, otherMs = d.Other, differenceMs = d.Difference }),
        }),
        prices = explanation.Prices.Select(p => new
        {
            constraint = p.Constraint.ToString(),
            what = p.What,
            binds = p.Binds,
            price = p.Price,
            without = p.Binds ? PlanOutput.Row(p.Without) : null,
            relaxTo = p.RelaxTo,
            next = p.Next is null ? null : PlanOutput.Row(p.Next),
            nextPrice = p.NextPrice,
            advice = p.Advice,
        }),
        bandwidths = explanation.Bandwidths.Select(b => new
        {
            from = b.From,
            to = b.To,
            now = b.Now,
            used = b.IsUsed,
            complete = b.IsComplete,
            plannings = b.Plannings,
            regions = b.Regions.Select(r => new { low = r.Low, high = r.High, current = r == b.Current, plan = r.Plan is null ? null : ExplanationText.Describe(r.Plan, request) }),
        }),
    };

    /// <summary>Draws an explanation.</summary>
    public static void Draw(IAnsiConsole console, PlanningRequest request, PlanExplanation explanation)
    {
        DrawNeighbours(console, request, explanation);
        DrawPrices(console, request, explanation);
        DrawBandwidths(console, request, explanation);
    }

    private static void DrawNeighbours(IAnsiConsole console, PlanningRequest request, PlanExplanation explanation)
    {
        PlanNeighbour[] measured = [.. explanation.Neighbours.Where(n => n.Ranked is not null)];
        console.WriteLine();
        console.WriteLine($"One change at a time, against {ExplanationText.Describe(explanation.Result.Winner.Plan, request)}, in milliseconds:");
        RankedPlan best = explanation.Result.Winner;
        string[] stages = [.. PlanStage.Of(best.Cost).Select(s => s.Name).Where(s => measured.Any(n => n.Differences.Any(d => d.Stage == s && Math.Abs(d.Difference.Value) >= 0.005)))];
        Table table = new Table().Border(TableBorder.Simple).AddColumns(["#", "Change", .. stages, "All", "Sent", "Allowed"]);
        for (int column = 0; column < stages.Length + 4; column++)
        {
            if (column != 1) table.Columns[column].RightAligned();
        }

        int number = 0;
        foreach (PlanNeighbour n in measured)
        {
            table.AddRow(
            [
                $"{++number}", Markup.Escape(n.What),
                .. stages.Select(s => Signed(n.Differences.FirstOrDefault(d => d.Stage == s)?.Difference.Value ?? 0)),
                Signed(n.Ranked!.Latency.Value - best.Latency.Value), SignedBytes(n.Ranked.Bytes.Value - best.Bytes.Value), n.IsAllowed ? "yes" : "no",
            ]);
        }

        console.Write(table);
        number = 0;
        foreach (PlanNeighbour n in measured) console.WriteLine($"  {++number}. {ExplanationText.Describe(n.Plan, request)}: {n.Why}");
        foreach (PlanNeighbour n in explanation.Neighbours.Where(n => n.Ranked is null)) console.WriteLine($"  {n.What}: {n.Why}");
    }

    private static void DrawPrices(IAnsiConsole console, PlanningRequest request, PlanExplanation explanation)
    {
        console.WriteLine();
        if (explanation.Prices.IsEmpty)
        {
            console.WriteLine("There are no constraints.");
            return;
        }

        console.WriteLine("What each constraint costs:");
        foreach (ConstraintPrice price in explanation.Prices) console.WriteLine($"  {ExplanationText.Of(price, request)}");
    }

    private static void DrawBandwidths(IAnsiConsole console, PlanningRequest request, PlanExplanation explanation)
    {
        if (explanation.Bandwidths.IsEmpty) return;
        console.WriteLine();
        console.WriteLine("Which plan is the best at which bandwidth, while all else stays:");
        foreach (BandwidthRegions link in explanation.Bandwidths)
        {
            console.WriteLine($"  {link.From} → {link.To}, now {link.Now}{(link.IsUsed ? "" : ", not used")}:");
            foreach (BandwidthRegion region in link.Regions)
            {
                bool now = region == link.Current;
                console.WriteLine($"    {ExplanationText.Range(link, region),-34} {(region.Plan is { } plan ? ExplanationText.Describe(plan, request) : "no plan satisfies the constraints")}{(now ? "   (now)" : "")}");
            }

            if (!link.IsComplete) console.WriteLine("    Some of these borders are not exact: there are too many.");
        }
    }

    private static string Signed(double ms) => Math.Abs(ms) < 0.005 ? "0" : ms.ToString("+0.00;−0.00", CultureInfo.InvariantCulture);

    private static string SignedBytes(long bytes) => bytes == 0 ? "0" : $"{(bytes > 0 ? "+" : "−")}{new ByteCount(Math.Abs(bytes))}";
}
