using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Adaptive;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`replay`: logged decisions made again from their inputs.</summary>
internal sealed class ReplayCommand : ICommandFactory
{
    public Command Create()
    {
        Argument<string> file = new("file") { Description = "The log that 'isthmus run --decisions' wrote." };
        Option<string> profile = new("--profile") { Description = "The profile that the run used.", Required = true, HelpName = "file" };
        return new Command("replay", "Make logged decisions again from their inputs, and report which come out differently (exit code 8 if any).") { file, profile }.Runs(run =>
        {
            string path = run.Options.GetValue(file)!;
            ReplayReport report = DecisionReplay.Run(path, ProfileFile.Load(run.Options.GetValue(profile)!), run.CancellationToken);
            run.Result(report, console => Draw(console, report));
            if (report.Different == 0) return Task.CompletedTask;
            throw new IsthmusException(
                ErrorKind.Verification, $"{report.Different} of {report.Decisions} decisions come out differently, the first in line {report.Differences[0].Line}: {report.Differences[0].What}.");
        });
    }

    private static void Draw(IAnsiConsole console, ReplayReport report)
    {
        console.MarkupLineInterpolated($"{report.Decisions} decisions of {report.Runs} runs made again: {report.Identical} identical, {report.Different} different; {report.Switches} changed the plan.");
        if (report.TornLines > 0) console.MarkupLineInterpolated($"{report.TornLines} torn lines, as a killed run leaves them, were left out.");
        foreach (ReplayDifference difference in report.Differences) console.MarkupLineInterpolated($"line {difference.Line}, decision {difference.Number}: {difference.What}");
    }
}
