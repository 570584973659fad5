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
        accuracyLoss = plan.AccuracyLoss,
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
            accuracyLoss = plan.AccuracyLoss,
            score = plan.Score,
            stages = Stages(plan.Cost),
            // What a calibration measured of each crossing, with its interval.
            measuredAccuracy = AccuracyText.Of(plan.Plan, index).Select(a => new { crossing = a.Crossing, images = a.Images, accuracyLoss = a.Smoothed, accuracy = a.Accuracy }),
            why = result.Why,
            marginOverBestSingleTier = result.MarginOverBestSingleTier is { } margin
                ? new { plan = margin.Against.Plan.Describe(), ms = margin.Saved, bytes = margin.BytesSaved, percent = margin.Percent } : null,
        };
    }

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
        console.WriteLine($"Best plans for {request.Profile.ModelName}, objective {request.Objective}:");
        console.Write(Table(result.Ranked, result.MarginOverBestSingleTier));
        if (result.Pareto.Length > 1)
        {
            console.WriteLine("No other plan beats these in latency, bytes and accuracy at once:");
            console.Write(Table(result.Pareto, null));
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
        string[] measured = [.. AccuracyText.Of(result.Winner.Plan, request.Index).Select(a => AccuracyText.Sentence(a.Crossing, a.Accuracy, a.Smoothed, a.Images))];
        if (measured.Length > 0) console.WriteLine($"Measured: {string.Join("; ", measured)}.");
        if (full is not null) console.WriteLine(Describe(full));
    }

    private static string Describe(FullCost full)
    {
        string chosen = full.Chosen is null ? "With everything counted, this plan cannot be predicted: something of it was not measured"
            : $"With everything counted, this plan takes {full.Chosen.Latency}";
        return full.Best is null ? chosen + "."
            : full.Best.Plan == full.Chosen?.Plan ? chosen + ", and is still the best of the method."
            : $"{chosen}, and the best of the method is {full.Best.Plan.Describe()} with {full.Best.Latency}.";
    }

    private static Table Table(IEnumerable<RankedPlan> plans, SingleTierMargin? margin)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("#", "Plan", "Latency", "Sent", "Loss ≤", "Score");
        if (margin is not null) table.AddColumn($"Against {Markup.Escape(margin.Against.Plan.Describe())}");
        foreach (int column in new[] { 0, 2, 3, 4, 5 }) table.Columns[column].RightAligned();
        int rank = 0;
        foreach (RankedPlan plan in plans)
        {
            List<string> cells =
            [
                $"{++rank}", Markup.Escape(plan.Plan.Describe()), plan.Latency.ToString(), plan.Bytes.ToString(), $"{plan.AccuracyLoss * 100:0.##} %", $"{plan.Score:0.##}",
            ];
            if (margin is not null) cells.Add($"{plan.Latency.Value - margin.Against.Latency.Value:+0.##;-0.##;±0} ms");
            table.AddRow([.. cells]);
        }

        return table;
    }
}
