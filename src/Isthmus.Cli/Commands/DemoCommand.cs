using System.CommandLine;
using System.Globalization;
using Isthmus.Cli.Console;
using Isthmus.Core.Storage;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Running;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`demo`: the main job on one machine, with everything measured and explained.</summary>
internal sealed class DemoCommand : ICommandFactory
{
    private readonly Option<string?> _model = new("--model") { Description = "An ONNX file of your own (default: Inception v3, imported from its npm package).", HelpName = "FILE" };
    private readonly Option<string?> _images = new("--images") { Description = "A folder of photographs of your own, or one photograph (default: the samples).", HelpName = "DIR" };
    private readonly Option<string?> _labels = new("--labels") { Description = "CSV with a photograph's file name and class index a line (default: labels.csv among the photographs).", HelpName = "FILE" };
    private readonly Option<string?> _report = new("--report") { Description = "Where the HTML report goes (default: isthmus-demo.html in the current folder).", HelpName = "FILE" };
    private readonly Option<int> _limit = new("--limit") { Description = "The most photographs.", DefaultValueFactory = _ => new DemoOptions().Limit, HelpName = "N" };
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Measure everything again, even if it was measured before." };
    private readonly Option<double> _device = new("--device-slowdown") { Description = "How many times slower than this machine the device is (emulated).", DefaultValueFactory = _ => new DemoOptions().DeviceSlowdown, HelpName = "F" };
    private readonly Option<double> _edge = new("--edge-slowdown") { Description = "How many times slower than this machine the edge is (emulated).", DefaultValueFactory = _ => new DemoOptions().EdgeSlowdown, HelpName = "F" };

    /// <inheritdoc/>
    public Command Create()
    {
        Command command = new("demo", "See it work: an edge and a cloud as processes behind emulated links, a plan that changes with the links, baselines, and a report.");
        command.Options.Add(_model);
        command.Options.Add(_images);
        command.Options.Add(_labels);
        command.Options.Add(_report);
        command.Options.Add(_limit);
        command.Options.Add(_fresh);
        command.Options.Add(_device);
        command.Options.Add(_edge);
        ManifestOptions manifest = ManifestOptions.AddTo(command);
        return command.Runs(inv => RunAsync(inv, manifest));
    }

    private async Task RunAsync(Invocation inv, ManifestOptions manifest)
    {
        DemoOptions options = new()
        {
            Model = inv.Options.GetValue(_model),
            Manifest = manifest.Read(inv.Options),
            Images = inv.Options.GetValue(_images),
            Labels = inv.Options.GetValue(_labels),
            Limit = inv.Options.GetValue(_limit),
            Fresh = inv.Options.GetValue(_fresh),
            DeviceSlowdown = inv.Options.GetValue(_device),
            EdgeSlowdown = inv.Options.GetValue(_edge),
            DataFolder = DataFolder.Resolve(),
        };
        DemoResult result = await new DemoRun(options).RunAsync(
            (what, work) => inv.WithProgressAsync(what, async progress =>
            {
                await work(progress);
                return true;
            }),
            inv.Note, inv.CancellationToken);

        string report = Path.GetFullPath(inv.Options.GetValue(_report) ?? "isthmus-demo.html");
        string temporary = report + ".tmp";
        await File.WriteAllTextAsync(temporary, DemoReport.ToHtml(result), inv.CancellationToken);
        File.Move(temporary, report, overwrite: true);
        inv.Result(Describe(result, report), console => Draw(console, result, report));
    }

    private static object Describe(DemoResult result, string report)
    {
        RunReport run = result.Run;
        return new
        {
            images = run.Images,
            summary = run.Summary,
            baselines = result.Baselines,
            phases = result.Phases.Select(p => new
            {
                name = p.Phase.Name,
                links = p.Phase.DescribeLinks(),
                emulated = true,
                plan = p.Plan,
                why = p.Why,
                predictedMs = p.Predicted,
                predictionError = p.PredictionError,
                chosen = p.Chosen.Summary,
                baselines = p.Baselines.ToDictionary(b => b.Name, b => new { plan = b.Plan, allowed = b.Allowed, summary = b.Run.Summary }),
            }),
            decisions = result.Decisions,
            report,
        };
    }

    private static void Draw(IAnsiConsole console, DemoResult result, string report)
    {
        string[] names = [.. result.Phases.SelectMany(p => p.Baselines).Select(b => b.Name).Distinct()];
        Table table = new() { Border = TableBorder.Simple, Title = new TableTitle("median ms per photograph (links and slow-downs are emulated)") };
        table.AddColumns("phase", "plan");
        foreach (string name in names.Prepend("chosen").Append("predicted")) table.AddColumn(new TableColumn(name).RightAligned());
        foreach (DemoPhaseResult phase in result.Phases)
        {
            table.AddRow(
            [
                Markup.Escape(phase.Phase.Name), Markup.Escape(phase.Plan), $"[bold]{Ms(phase.Chosen.Summary.P50Ms)}[/]",
                .. names.Select(n => phase.Baselines.FirstOrDefault(b => b.Name == n) is { } b ? (b.Allowed ? Ms(b.Run.Summary.P50Ms) : $"[strikethrough grey]{Ms(b.Run.Summary.P50Ms)}[/]") : ""),
                phase.Predicted is { } predicted ? Ms(predicted.Value) : "",
            ]);
        }

        console.Write(table);
        foreach (DemoPhaseResult phase in result.Phases) console.MarkupLineInterpolated($"[bold]{phase.Phase.Name}[/]: {phase.Why}");
        RunSummary run = result.Run.Summary;
        console.MarkupLineInterpolated($"{run.Answered} of {run.Images} photographs answered while the links changed, {run.BytesSentPerImage / 1000:0.0} kB sent per photograph.");
        console.MarkupLineInterpolated($"Struck out: not allowed, the raw input may not leave the device. Report: [bold]{report}[/]");
    }

    private static string Ms(double? ms) => ms is { } value ? value.ToString("0", CultureInfo.InvariantCulture) : "no answer";
}
