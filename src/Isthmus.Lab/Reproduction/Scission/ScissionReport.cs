using System.Collections.Immutable;
using Isthmus.Core.Quantities;
using Isthmus.Lab.Reporting;

namespace Isthmus.Lab.Reproduction.Scission;

/// <summary>The result in words, tables and charts.</summary>
internal static class ScissionReport
{
    /// <summary>The sections about the published measurements.</summary>
    public static IEnumerable<ReportSection> Of(PublishedResult result)
    {
        yield return new("The printed answers")
        {
            Text =
            [
                "VGG19, 3G-like links, a picture of 0.15 MB; the device must be used, layer 10 runs on the edge, layer 16 on the cloud. "
                + $"{result.Matching} of {ScissionPublished.Printed.Length} printed answers come out to the last digit.",
                $"{result.OfOneTriple} plans on one device, edge and cloud; {result.OfAll} on all machines.",
            ],
            Tables = [new("", ["<answer", "<as printed"], [.. result.Answers.Zip(ScissionPublished.Printed).Select(p => ((ImmutableArray<string>)[p.First, p.First == p.Second ? "yes" : "no"], p.First == p.Second))])],
        };
        foreach (ScissionTable table in result.Tables)
        {
            string name = table.Links == ScissionPublished.MobileFile ? "3G-like" : "Wired";
            yield return new($"{name} links, a picture of {table.Megabytes:0.00} MB")
            {
                Text = [$"Without a constraint: {table.On("cloud")} on the cloud, {table.On("edge")} on the edge, {table.On("device")} on the device, {table.On("split")} split."],
                Tables =
                [
                    new(
                        "The best of each network, and the best that computes the first block on the device and lets something leave",
                        ["<network", "<best", "<first block on the device"],
                        [.. table.Winners.Zip(table.PrivateWinners).Select(w => ((ImmutableArray<string>)[w.First.Model, w.First.Row, w.Second.Row], w.First.Tier == "split"))]),
                ],
            };
        }
    }

    /// <summary>The section about the time of a question.</summary>
    public static ReportSection Of(QueryTime time, ScissionQuery query) => new("The time of a question")
    {
        Text =
        [
            $"{query.Model} on all machines of {Path.GetFileName(query.Benchmarks)}, {ScissionQuery.Top} answers, the Pareto set and the reason, with the criteria \"{query.Device}\", \"{query.Edge}\", \"{query.Cloud}\". "
            + (time.ColdMs is { } cold ? $"As a process of its own: {cold:0} ms from its start to its end (median of {time.Runs}). " : "The tool is not beside this program, so no process was timed. ")
            + $"In a warm process: {time.WarmMs:0.00} ms, of which {time.SearchMs:0.00} ms are the search.",
        ],
    };

    /// <summary>The sections about a network that was measured here.</summary>
    public static IEnumerable<ReportSection> Of(ScissionModelResult result, ReproductionOptions options)
    {
        yield return new("What came out")
        {
            Text =
            [
                $"{result.Model}, {result.Photographs} photograph(s) for each plan in each case. The device is {options.EdgeSlowdown:0.##}× slower than this machine, the edge {ScissionEffort.EdgeSlowdown:0.##}× (both emulated); the cloud is this machine. "
                + $"{result.Configurations} plans in Scission's space.",
                .. result.Cases.Select(Words),
            ],
            Tables =
            [
                new(
                    "Median milliseconds from image file to answer, on real runs through the emulated links",
                    ["<method", .. result.Cases.Select(c => c.Name)],
                    [.. ScissionMethod.All.Select(m => ((ImmutableArray<string>)[m.Name, .. result.Cases.Select(c => Cell(c.Of(m.Name)))], m.Name == ScissionMethod.Isthmus))]),
            ],
        };
        foreach (ScissionCase at in result.Cases)
        {
            yield return new(at.Name)
            {
                Text = [$"{at.Conditions} (emulated)."],
                Tables =
                [
                    new(
                        "", ["<method", "<plan", "by its own cost, ms", "everything counted, ms", "measured, ms", "sent", "answers as the un-split network"],
                        [.. at.Outcomes.Select(o => ((ImmutableArray<string>)[o.Method, o.Plan ?? "no plan", Ms(o.OwnMs), Ms(o.PredictedMs), Ms(o.MeasuredMs), o.Bytes is { } b ? new ByteCount((long)b).ToString() : "", o.Agreeing is { } n ? $"{n} of {result.Photographs}" : ""], o.Method == ScissionMethod.Isthmus))]),
                ],
            };
        }

        yield return Addition(result);
    }

    private static ReportSection Addition(ScissionModelResult result)
    {
        string[] nodes = [.. result.Blocks.Select(b => b.Node).Distinct()];
        string[] colours = ["#4c78a8", "#f58518", "#54a24b", "#b279a2"];
        return new("Blocks and wholes")
        {
            Text =
            [
                "Scission adds up the times of blocks. How far that is from what a whole segment takes, measured end to end: "
                + string.Join("; ", result.Additions.Select(a => $"{a.Node} {a.Error * 100:+0.0;−0.0;0.0} % for the whole network, {a.MedianError * 100:0.0} % in the median and {a.WorstError * 100:0.0} % at worst over {a.Segments} segments")) + ".",
            ],
            Tables =
            [
                new(
                    "", ["<node", "blocks", "sum of blocks, ms", "whole network, ms", "difference", "segments", "median |error|", "worst |error|"],
                    [.. result.Additions.Select(a => ((ImmutableArray<string>)[a.Node, $"{a.Blocks}", Ms(a.SumMs), Ms(a.WholeMs), $"{a.Error * 100:+0.0;−0.0;0.0} %", $"{a.Segments}", $"{a.MedianError * 100:0.0} %", $"{a.WorstError * 100:0.0} %"], false))]),
                new(
                    "Milliseconds of each block", ["<block", .. nodes],
                    [.. result.Blocks.Select(b => b.Block).Distinct().Select(b => ((ImmutableArray<string>)[b, .. nodes.Select(n => Ms(result.Blocks.FirstOrDefault(x => x.Node == n && x.Block == b)?.Ms))], false))]),
            ],
            Lines =
            [
                new(
                    "Milliseconds of each block, from input to output", "block", "ms",
                    [.. nodes.Select((n, i) => new LineSeries(n, colours[i % colours.Length], [.. result.Blocks.Where(b => b.Node == n).Select((b, k) => (k + 1.0, b.Ms))]))]),
            ],
        };
    }

    private static string Words(ScissionCase at)
    {
        ScissionOutcome ours = at.Of(ScissionMethod.Isthmus), own = at.Of(ScissionMethod.Own);
        if (ours.MeasuredMs is not { } mine) return $"{at.Name}: no plan satisfies the constraints.";
        string theirs = own.MeasuredMs is { } ms
            ? $"Scission chooses {own.Plan}: {own.OwnMs:0} ms by its own cost, {ms:0} ms measured{(own.Chosen == ours.Chosen ? ", the same plan" : ms > mine ? $", {ms / mine:0.0} times as long" : "")}"
            : "Scission finds no plan";
        return $"{at.Name}: Isthmus chooses {ours.Plan}: {mine:0} ms measured. {theirs}.";
    }

    private static string Cell(ScissionOutcome outcome) => outcome.MeasuredMs is { } ms ? $"{ms:0}{(outcome.IsSplit ? " (split)" : "")}" : "no plan";

    private static string Ms(double? ms) => ms is { } value ? value < 10 ? $"{value:0.00}" : $"{value:0.0}" : "";
}
