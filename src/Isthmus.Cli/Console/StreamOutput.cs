using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Running;
using Isthmus.Runtime.Streaming;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>How a stream is shown to people.</summary>
internal static class StreamOutput
{
    /// <summary>Draws its stages, and what came of it beside what was predicted.</summary>
    public static void Draw(IAnsiConsole console, Plan plan, string why, StreamReport report)
    {
        StreamSummary stream = report.Stream;
        console.MarkupLineInterpolated($"{plan.Describe()}. {why}");
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumn("stage");
        foreach (string column in new[] { "busy per picture", "predicted", "share of the time" }) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (StageUse stage in stream.Stages)
        {
            table.AddRow(
                Markup.Escape(stage.Stage), new Milliseconds(stage.BusyMs).ToString(), stage.PredictedMs is { } predicted ? new Milliseconds(predicted).ToString() : "", $"{stage.Occupancy:P0}");
        }

        console.Write(table);
        foreach (ImageReport image in report.Run.Images.Where(i => i.Error is not null || i.Fallback is not null).Take(20))
            console.MarkupLineInterpolated($"{image.File}: {image.Error ?? image.Fallback}");
        RunSummary s = report.Run.Summary;
        string accuracy = s.Top1 is { } top1 ? $", top-1 {top1:P1}, top-5 {s.Top5:P1}" : "";
        console.MarkupLineInterpolated($"{s.Answered} of {s.Images} answered in order{accuracy}, at most {stream.Window} under way, median {s.P50Ms:0.0} ms from picture to answer{(s.Emulated ? "; slow-down or links are emulated" : "")}.");
        if (stream.PerSecond is not { } perSecond) return;
        string beside = stream.PredictedPerSecond is { } expected ? $"; predicted {expected:0.00}, one every {stream.PredictedPeriodMs:0.0} ms, the longest stage ({stream.LongestStage})" : "";
        console.MarkupLineInterpolated($"{perSecond:0.00} pictures a second, one every {stream.PeriodMs:0.0} ms{beside}.");
    }
}
