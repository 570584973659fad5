using System.CommandLine;
using System.Globalization;
using Isthmus.Bench.Zoo;
using Isthmus.Cli.Console;
using Isthmus.Core.Storage;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`bench zoo`: when does a split win, over many networks, links and compressions.</summary>
internal sealed class ZooBenchCommand : ICommandFactory
{
    public Command Create()
    {
        Option<string> models = new("--models") { Description = "Folder with the networks, as NAME.onnx; bench/zoo/make.py makes one.", HelpName = "DIR", Required = true };
        Option<string> images = new("--images") { Description = "Folder with the photographs.", HelpName = "DIR", Required = true };
        Option<string?> profiles = new("--profiles") { Description = "Folder where profiles are kept, so that nothing is measured twice (default: profiles in the folder of the networks).", HelpName = "DIR" };
        Option<double> device = new("--device-slowdown") { Description = "How many times as long as this machine the device takes.", HelpName = "FACTOR", DefaultValueFactory = _ => 16 };
        Option<double> edge = new("--edge-slowdown") { Description = "How many times as long as this machine the edge takes; the cloud is this machine.", HelpName = "FACTOR", DefaultValueFactory = _ => 4 };
        Option<int> cuts = new("--max-cuts") { Description = "The most cuts of a network.", HelpName = "N", DefaultValueFactory = _ => 24 };
        Option<int> samples = new("--samples") { Description = "Photographs that sizes come from.", HelpName = "N", DefaultValueFactory = _ => 2 };
        Option<string?> output = new("--output", "-o") { Description = "Write the tables as Markdown.", HelpName = "FILE" };
        Command command = new(ZooStudy.Name, ZooStudy.Summary) { models, images, profiles, device, edge, cuts, samples, output };
        return command.Runs(async run =>
        {
            string folder = run.Options.GetValue(models)!;
            ZooOptions options = new()
            {
                Models = folder,
                Images = run.Options.GetValue(images)!,
                Profiles = run.Options.GetValue(profiles) ?? Path.Combine(folder, "profiles"),
                DeviceSlowdown = run.Options.GetValue(device),
                EdgeSlowdown = run.Options.GetValue(edge),
                MaxCuts = run.Options.GetValue(cuts),
                Samples = run.Options.GetValue(samples),
            };
            ZooReport report = await run.WithProgressAsync(
                $"bench {ZooStudy.Name}", progress => Task.Run(() => ZooStudy.RunAsync(options, progress, run.CancellationToken), run.CancellationToken));
            if (run.Options.GetValue(output) is { } path)
            {
                AtomicFile.WriteText(path, ZooMarkdown.Write(report));
                run.Note($"The tables are in {path}.");
            }

            run.Result(
                new { ZooStudy.Name, ZooStudy.Summary, report.DeviceSlowdown, report.EdgeSlowdown, report.PlanningMs, emulated = true, report.Cells, report.Networks, report.Answers },
                console => Draw(console, report));
        });
    }

    private static void Draw(IAnsiConsole console, ZooReport report)
    {
        Table cells = new Table().Border(TableBorder.Simple).AddColumns("picture", "link", "activations", "device", "edge", "cloud", "split", "median gain", "largest");
        foreach (ZooCell c in report.Cells)
            cells.AddRow(c.PictureStays ? "stays" : "may leave", c.Link, c.Compression, Count(c.Device), Count(c.Edge), Count(c.Cloud), Count(c.Split), Times(c.MedianGain), Times(c.LargestGain));
        console.Write(cells);
        Table networks = new Table().Border(TableBorder.Simple).AddColumns("network", "GMACs", "cuts", "whole, ms", "sum of blocks");
        foreach (ZooNetwork n in report.Networks)
        {
            networks.AddRow(
                Markup.Escape(n.Name), (n.Macs / 1e9).ToString("0.00", CultureInfo.InvariantCulture), Count(n.Cuts), n.WholeMs.ToString("0.0", CultureInfo.InvariantCulture),
                n.AdditivityError.ToString("+0.0 %;−0.0 %", CultureInfo.InvariantCulture));
        }

        console.Write(networks);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Networks.Length} networks, {report.Answers.Length} questions, planned in {report.PlanningMs:0} ms. Device {report.DeviceSlowdown:0.#}× and edge {report.EdgeSlowdown:0.#}× as slow as this machine, links assumed: emulated."));
    }

    private static string Count(int count) => count.ToString(CultureInfo.InvariantCulture);

    private static string Times(double? ratio) => ratio is null ? "" : ratio.Value.ToString("0.00×", CultureInfo.InvariantCulture);
}
