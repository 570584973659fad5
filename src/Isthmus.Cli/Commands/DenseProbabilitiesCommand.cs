using System.CommandLine;
using Isthmus.Bench.Compression;
using Isthmus.Bench.Probabilities;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`bench dense-probabilities`: makes the file of probabilities that the dense codec begins with.</summary>
internal sealed class DenseProbabilitiesCommand : ICommandFactory
{
    public Command Create()
    {
        Option<string> models = new("--models") { Description = "Folder with the networks, as NAME.onnx.", HelpName = "DIR", Required = true };
        Option<string> images = new("--images") { Description = "Folder with the photographs.", HelpName = "DIR", Required = true };
        Option<string> cuts = new("--cuts") { Description = "Which cuts are counted.", HelpName = "NETWORK:CUT,…", DefaultValueFactory = _ => DenseProbabilities.DefaultCuts };
        Option<int> skip = new("--skip") { Description = "How many photographs are left out, the first in the order of their names.", HelpName = "N", DefaultValueFactory = _ => DenseProbabilities.DefaultSkip };
        Option<string> output = new("--output", "-o") { Description = "The file to write.", HelpName = "FILE", Required = true };
        Command command = new(DenseProbabilities.Name, DenseProbabilities.Summary) { models, images, cuts, skip, output };
        return command.Runs(async run =>
        {
            int left = run.Options.GetValue(skip);
            if (left < 0) throw new IsthmusException(ErrorKind.Usage, $"{left} photographs cannot be left out: choose 0 or more.");
            string path = run.Options.GetValue(output)!;
            byte[] bytes = await run.WithProgressAsync(
                $"bench {DenseProbabilities.Name}",
                progress => Task.Run(
                    () => DenseProbabilities.Count(
                        run.Options.GetValue(models)!, run.Options.GetValue(images)!, Environment.GetEnvironmentVariable("ISTHMUS_ROOT"), CompressionCase.Parse(run.Options.GetValue(cuts)!), left, progress,
                        run.CancellationToken),
                    run.CancellationToken));
            await File.WriteAllBytesAsync(path, bytes, run.CancellationToken);
            run.Result(new { path, bytes = bytes.Length }, console => console.WriteLine($"{path}: {bytes.Length} bytes."));
        });
    }
}
