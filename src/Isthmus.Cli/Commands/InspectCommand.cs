using System.CommandLine;
using System.Globalization;
using Isthmus.Cli.Console;
using Isthmus.Core.Graphs;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Graphs;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`inspect`: what a model is, and where it can be cut.</summary>
internal sealed class InspectCommand : ICommandFactory
{
    private readonly ModelArguments _model = new();

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("inspect", "Show what a model is and where it can be cut: tensors, shapes, bytes, share of the work before the cut.");
        _model.AddTo(command);
        return command.Runs(async inv =>
        {
            ModelAnalysis analysis = await _model.AnalyseAsync(inv);
            inv.Result(Describe(analysis), console => Draw(console, analysis));
        });
    }

    private static object Describe(ModelAnalysis analysis) => new
    {
        model = analysis.Model.Name,
        sha256 = analysis.Model.Hash,
        opset = analysis.Model.Opset,
        nodes = analysis.Model.Proto.Graph.Node.Count,
        macs = analysis.Macs,
        parameters = analysis.Parameters,
        inputs = analysis.Inputs.Select(Describe),
        outputs = analysis.Outputs.Select(Describe),
        cuts = analysis.Cuts.Select(c => new
        {
            id = c.Id,
            tensors = c.Tensors.Select(t => new { name = t.Name, shape = t.Shape, bytes = t.ByteLength }),
            bytes = c.Bytes,
            macShare = Math.Round(c.MacShare, 6),
            equivalents = c.Cut.Equivalents,
        }),
    };

    private static object Describe(TensorDescription tensor) =>
        new { name = tensor.Name, type = tensor.ElementType.ToString().ToLowerInvariant(), shape = tensor.Shape, bytes = tensor.ByteLength };

    private static void Draw(IAnsiConsole console, ModelAnalysis analysis)
    {
        console.MarkupLineInterpolated($"[bold]{analysis.Model.Name}[/]  sha256 {analysis.Model.Hash}");
        console.MarkupLineInterpolated($"opset {analysis.Model.Opset}, {analysis.Model.Proto.Graph.Node.Count} nodes, {Count(analysis.Macs)} MACs, {Count(analysis.Parameters)} parameters");
        foreach (TensorDescription input in analysis.Inputs) console.MarkupLineInterpolated($"input   {input.Name}  {input.ElementType} {input.Shape}  {new ByteCount(input.ByteLength)}");
        foreach (TensorDescription output in analysis.Outputs) console.MarkupLineInterpolated($"output  {output.Name}  {output.ElementType} {output.Shape}  {new ByteCount(output.ByteLength)}");

        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns(new TableColumn("cut"), new TableColumn("bytes").RightAligned(), new TableColumn("MACs before").RightAligned(), new TableColumn("shapes"), new TableColumn("tensors"));
        foreach (CutAnalysis cut in analysis.Cuts)
        {
            table.AddRow(
                Markup.Escape(cut.Id), cut.Bytes.ToString(), cut.MacShare.ToString("P1", CultureInfo.InvariantCulture),
                string.Join(" + ", cut.Tensors.Select(t => t.Shape)), Markup.Escape(string.Join(", ", cut.TensorNames)));
        }

        console.Write(table);
    }

    private static string Count(long value) => value switch
    {
        >= 1_000_000_000 => $"{value / 1e9:0.00} G",
        >= 1_000_000 => $"{value / 1e6:0.0} M",
        _ => $"{value / 1e3:0.0} k",
    };
}
