using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>Plans as JSON and as tables, the same in every command.</summary>
internal static class PlanOutput
{
    /// <summary>A plan with its cost, as scripts read it.</summary>
    public static object Row(RankedPlan plan) => new
    {
        plan = plan.Plan.Describe(),
        sha256 = plan.Plan.Model,
        device = plan.Plan.Device,
        node = plan.Plan.IsSingleNode ? plan.Plan.Segments[0].Node : null,
        nodes = plan.Plan.Segments.Select(s => s.Node),
        tiers = plan.Plan.Segments.Select(s => s.Tier),
        cuts = plan.Plan.Cuts,
        codec = plan.Plan.Segments[0].Codec,
        codecs = plan.Plan.Segments.Where(s => s.Codec is not null).Select(s => s.Codec),
        input = plan.Plan.Input,
        predictedMs = plan.Latency,
        predictedBytes = plan.Bytes,
        predictedBytesTotal = plan.Cost.BytesTotal,
        predictedPeriodMs = plan.Cost.Period,
        predictedJoules = plan.Cost.Energy,
        predictedPrice = plan.Cost.Price,
        summedFromBlocks = plan.IsSummed,
        accuracyLoss = plan.AccuracyLoss,
        fromCurve = Curve(plan),
        score = plan.Score,
        stages = Stages(plan.Cost),
    };

    /// <summary>The winner, with the reason and the margin.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="index">The profile that it was found for.</param>
    public static object Winner(PlanningResult result, ProfileIndex index)
    {
        RankedPlan plan = result.Winner;
        return new
        {
            plan = plan.Plan.Describe(),
            sha256 = plan.Plan.Model,
            device = plan.Plan.Device,
            node = plan.Plan.IsSingleNode ? plan.Plan.Segments[0].Node : null,
            nodes = plan.Plan.Segments.Select(s => s.Node),
            tiers = plan.Plan.Segments.Select(s => s.Tier),
            cuts = plan.Plan.Cuts,
            codec = plan.Plan.Segments[0].Codec,
            codecs = plan.Plan.Segments.Where(s => s.Codec is not null).Select(s => s.Codec),
            input = plan.Plan.Input,
            predictedMs = plan.Latency,
            predictedBytes = plan.Bytes,
            predictedBytesTotal = plan.Cost.BytesTotal,
            predictedPeriodMs = plan.Cost.Period,
            predictedJoules = plan.Cost.Energy,
            predictedPrice = plan.Cost.Price,
            summedFromBlocks = plan.IsSummed,
            accuracyLoss = plan.AccuracyLoss,
            fromCurve = Curve(plan),
            score = plan.Score,
            stages = Stages(plan.Cost),
            // What a calibration measured of each crossing, with its interval.
            measuredAccuracy = AccuracyText.Of(plan.Plan, index).Select(a => new { crossing = a.Crossing, images = a.Images, accuracyLoss = a.Smoothed, accuracy = a.Accuracy }),
            why = result.Why,
            marginOverBestSingleTier = result.MarginOverBestSingleTier is { } margin
                ? new { plan = margin.Against.Plan.Describe(), ms = margin.Saved, bytes = margin.BytesSaved, percent = margin.Percent } : null,
        };
    }

    // Of a part of the picture that was not measured itself: where its loss comes from.
    private static object? Curve(RankedPlan plan) => plan.Curve is not { } curve ? null
        : new { curve.Family, curve.Kind, fraction = plan.Plan.Input.Fraction, curve.Accuracy, low = curve.Band?.Low, high = curve.Band?.High };

    /// <summary>The stages of a cost, in their order.</summary>
    public static object Stages(PlanCost cost) => new
    {
        cost.Decode,
        cost.Head,
        cost.Encode,
        cost.Send,
        cost.Queue,
        cost.Unpack,
        cost.Middle,
        cost.Recode,
        cost.Forward,
        cost.Tail,
        cost.Return,
        cost.Overhead,
    };

    /// <summary>Draws the ranked plans, the Pareto set and the reason.</summary>
    /// <param name="console">Where.</param>
    /// <param name="request">What was asked.</param>
    /// <param name="result">The answer.</param>
    /// <param name="fits">Fits that were asked for.</param>
    /// <param name="full">What the choice means when everything counts; null if everything counted.</param>
    public static void Draw(IAnsiConsole console, PlanningRequest request, PlanningResult result, ImmutableArray<ProportionalFit> fits, FullCost? full)
    {
        foreach (ProportionalFit fit in fits) console.WriteLine(fit.ToString());
        console.WriteLine($"Best plans for {(request.Variants.Length < 2 ? request.Profile.ModelName : $"{request.Variants.Length} networks")}, objective {request.Objective}:");
        console.Write(Table(request, result.Ranked, result.MarginOverBestSingleTier));
        if (result.Pareto.Length > 1)
        {
            console.WriteLine($"No other plan beats these in {Quantities(request.ParetoAxes)} at once:");
            console.Write(Table(request, result.Pareto, null));
        }

        console.WriteLine("Predicted milliseconds of the best, stage by stage:");
        PlanCost c = result.Winner.Cost;
        (string Name, double Ms)[] stages =
        [
            ("decode", c.Decode.Value), ("head", c.Head.Value), ("encode", c.Encode.Value), ("send", c.Send.Value), ("queue", c.Queue.Value), ("unpack", c.Unpack.Value),
            ("middle", c.Middle.Value), ("recode", c.Recode.Value), ("forward", c.Forward.Value), ("tail", c.Tail.Value), ("return", c.Return.Value), ("overhead", c.Overhead.Value),
        ];
        console.WriteLine("  " + string.Join(" + ", stages.Where(s => s.Ms > 0).Select(s => $"{s.Name} {s.Ms:0.##}")) + $" = {c.Total.Value:0.##}");
        console.WriteLine();
        console.WriteLine(result.Why);
        string[] measured = [.. AccuracyText.Of(result.Winner.Plan, request.Choosing(result.Winner.Plan.Model).Index).Select(a => AccuracyText.Sentence(a.Crossing, a.Accuracy, a.Smoothed, a.Images))];
        if (measured.Length > 0) console.WriteLine($"Measured: {string.Join("; ", measured)}.");
        if (full is not null) console.WriteLine(Describe(full));
    }

    /// <summary>Draws the ranked plans as Scission prints them.</summary>
    public static void DrawAsScission(IAnsiConsole console, PlanningRequest request, PlanningResult result)
    {
        console.WriteLine("In Scission's words:");
        foreach (RankedPlan plan in result.Ranked) console.WriteLine("  " + ScissionRow.Of(plan, request.Profile));
    }

    private static string Describe(FullCost full)
    {
        string chosen = full.Chosen is null ? "With everything counted, this plan cannot be predicted: something of it was not measured"
            : $"With everything counted, this plan takes {full.Chosen.Latency}";
        return full.Best is null ? chosen + "."
            : full.Best.Plan == full.Chosen?.Plan ? chosen + ", and is still the best of the method."
            : $"{chosen}, and the best of the method is {full.Best.Plan.Describe()} with {full.Best.Latency}.";
    }

    private static Table Table(PlanningRequest request, IEnumerable<RankedPlan> plans, SingleTierMargin? margin)
    {
        Objective o = request.Objective;
        ParetoAxes axes = request.ParetoAxes;
        // What was asked about, beside what every plan has.
        (string Name, Func<PlanCost, string> Cell)[] more =
        [
            .. o.PerPeriod > 0 || axes.HasFlag(ParetoAxes.Period) ? [("Period", c => c.Period.ToString())] : Array.Empty<(string, Func<PlanCost, string>)>(),
            .. o.PerJoule > 0 || axes.HasFlag(ParetoAxes.Energy) ? [("Energy", c => $"{Figure(c.Energy ?? 0)} J")] : Array.Empty<(string, Func<PlanCost, string>)>(),
            .. o.PerPrice > 0 || axes.HasFlag(ParetoAxes.Price) ? [("Price", c => Figure(c.Price ?? 0))] : Array.Empty<(string, Func<PlanCost, string>)>(),
        ];
        Table table = new Table().Border(TableBorder.Simple).AddColumns(["#", "Plan", "Latency", "Sent", "Loss ≤", .. more.Select(m => m.Name), "Score"]);
        if (margin is not null) table.AddColumn($"Against {Markup.Escape(Describe(request, margin.Against))}");
        for (int column = 0; column < 6 + more.Length; column++)
        {
            if (column != 1) table.Columns[column].RightAligned();
        }

        int rank = 0;
        foreach (RankedPlan plan in plans)
        {
            List<string> cells =
            [
                $"{++rank}", Markup.Escape(Describe(request, plan)), plan.Latency.ToString(), plan.Bytes.ToString(), $"{plan.AccuracyLoss * 100:0.##} %",
                .. more.Select(m => m.Cell(plan.Cost)), Figure(plan.Score),
            ];
            if (margin is not null) cells.Add($"{plan.Latency.Value - margin.Against.Latency.Value:+0.##;-0.##;±0} ms");
            table.AddRow([.. cells]);
        }

        return table;
    }

    // Of several networks, which; and whether it was measured.
    private static string Describe(PlanningRequest request, RankedPlan plan) =>
        (request.Variants.Length < 2 ? "" : request.Choosing(plan.Plan.Model).Profile.ModelName + ": ") + plan.Plan.Describe() + (plan.IsSummed ? " (summed from blocks)" : "");

    private static string Figure(double value) => value is 0 or >= 0.1 ? $"{value:0.##}" : $"{value:0.##e+0}";

    private static string Quantities(ParetoAxes axes)
    {
        string[] names = [.. Enum.GetValues<ParetoAxes>().Where(a => a is not (ParetoAxes.None or ParetoAxes.Default) && axes.HasFlag(a)).Select(a => a == ParetoAxes.Loss ? "accuracy" : a.ToString().ToLowerInvariant())];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }
}
