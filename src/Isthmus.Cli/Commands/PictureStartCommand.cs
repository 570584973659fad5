using System.CommandLine;
using Isthmus.Bench.Probabilities;
using Isthmus.Cli.Console;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`bench picture-start`: makes the file that the embedded picture code begins with.</summary>
internal sealed class PictureStartCommand : ICommandFactory
{
    public Command Create()
    {
        Option<string> images = new("--images") { Description = "Folder with the photographs, of which half are learnt from.", HelpName = "DIR", Required = true };
        Option<string> output = new("--output", "-o") { Description = "The file to write.", HelpName = "FILE", Required = true };
        Command command = new(PictureStart.Name, PictureStart.Summary) { images, output };
        return command.Runs(async run =>
        {
            string path = run.Options.GetValue(output)!;
            byte[] bytes = await run.WithProgressAsync(
                $"bench {PictureStart.Name}", progress => Task.Run(() => PictureStart.Learn(run.Options.GetValue(images)!, progress, run.CancellationToken), run.CancellationToken));
            await File.WriteAllBytesAsync(path, bytes, run.CancellationToken);
            run.Result(new { path, bytes = bytes.Length }, console => console.WriteLine($"{path}: {bytes.Length} bytes."));
        });
    }
}
