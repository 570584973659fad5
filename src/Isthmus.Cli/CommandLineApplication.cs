using System.CommandLine;
using Isthmus.Cli.Commands;

namespace Isthmus.Cli;

/// <summary>The `isthmus` command line: its commands, and how it is run.</summary>
public static class CommandLineApplication
{
    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code; see docs/errors.md.</returns>
    public static Task<int> RunAsync(string[] args, CancellationToken cancellationToken = default)
    {
        ParseResult parsed = CreateRootCommand().Parse(args);
        if (parsed.Errors.Count > 0)
        {
            System.Console.Error.WriteLine($"isthmus: {parsed.Errors[0].Message} See 'isthmus {HelpPath(parsed)}--help'.");
            return Task.FromResult(2);
        }

        return parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancellationToken);
    }

    private static string HelpPath(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : parsed.CommandResult.Command.Name + " ";

    private static RootCommand CreateRootCommand()
    {
        RootCommand root = new("Isthmus runs a neural network across a device, an edge server and a cloud: it measures, decides, runs the decision and explains it.");
        foreach (ICommandFactory factory in Factories)
            root.Subcommands.Add(factory.Create());
        return root;
    }

    // One line per command, in alphabetical order: it is the order of --help.
    private static readonly ICommandFactory[] Factories =
    [
    ];
}
