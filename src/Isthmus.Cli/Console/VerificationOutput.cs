using System.Collections.Immutable;
using Isthmus.Runtime.Fleets;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>What a verification showed, for people.</summary>
internal static class VerificationOutput
{
    /// <summary>Draws verifications in their order.</summary>
    public static void Draw(IAnsiConsole console, ImmutableArray<PlanVerification> verifications)
    {
        foreach (PlanVerification v in verifications)
        {
            console.MarkupLineInterpolated($"Verified {v.Description} by {v.Requests} requests{(v.Fallbacks > 0 ? $" ({v.Fallbacks} more went another way)" : "")}{(v.FromBlocks ? ", predicted from sums of blocks" : "")}{(v.Emulated ? "; slow-down or links are emulated" : "")}.");
            Table stages = new Table().Border(TableBorder.Simple).AddColumns("stage", "predicted", "measured");
            for (int i = 1; i < 3; i++) stages.Columns[i].RightAligned();
            foreach (StageCheck stage in v.Stages.Where(s => s.Predicted.Value > 0 || s.Measured.Value >= 0.005)) stages.AddRow(stage.Stage, stage.Predicted.ToString(), stage.Measured.ToString());
            stages.AddRow("total", v.Predicted.ToString(), v.Measured.ToString());
            console.Write(stages);
            foreach (NodeRatio node in v.Nodes)
                console.MarkupLineInterpolated($"{node.Node} computes {node.Segment} in {node.Measured}, {node.Ratio:0.00} times as long as profiled ({node.Profiled}); counted from now on (before: {node.Before:0.00}).");
            console.MarkupLineInterpolated($"Measured ÷ predicted: {v.Ratio:0.00} before, {v.RatioAfter:0.00} with what was learnt ({v.PredictedAfter}).");
        }
    }
}
