using System.CommandLine;
using System.CommandLine.Parsing;
using Isthmus.Cli.Commands;

namespace Isthmus.Cli;

/// <summary>The `isthmus` command line: its commands, and how it is run.</summary>
public static class CommandLineApplication
{
    /// <summary>Runs one command line.</summary>
    /// <param name="args">The arguments after the tool's name.</param>
    /// <param name="output">Where results go; stdout if null.</param>
    /// <param name="error">Where progress, notes and errors go; stderr if null.</param>
    /// <param name="cancellationToken">Cancels the command.</param>
    /// <returns>The exit code; see docs/errors.md.</returns>
    public static Task<int> RunAsync(string[] args, TextWriter? output = null, TextWriter? error = null, CancellationToken cancellationToken = default)
    {
        output ??= System.Console.Out;
        error ??= System.Console.Error;
        ParseResult parsed = CreateRootCommand(args).Parse(args);
        if (parsed.Errors.Count > 0 || MistypedOption(parsed) is not null)
        {
            error.WriteLine($"isthmus: {Complaint(parsed)} See 'isthmus {HelpPath(parsed)}--help'.");
            return Task.FromResult(2);
        }

        InvocationConfiguration configuration = new() { EnableDefaultExceptionHandler = false, Output = output, Error = error };
        // A server takes signals itself: it may need longer to finish what it accepted than the parser would wait.
        if (parsed.CommandResult.Command.Name is ServeCommand.Name or OrchestrateCommand.Name) configuration.ProcessTerminationTimeout = null;
        return parsed.InvokeAsync(configuration, cancellationToken);
    }

    // The parser complains of what is missing before what is wrong, and lists choices on lines of their own.
    private static string Complaint(ParseResult parsed) => parsed.UnmatchedTokens switch
    {
        _ when MistypedOption(parsed) is { } option => $"There is no option '{option}' here.",
        [string first, ..] when parsed.CommandResult.Command is RootCommand && !first.StartsWith('-') => $"There is no command '{first}'.",
        [string first, ..] => $"'{first}' is not known here.",
        _ => string.Join(' ', parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)),
    };

    // The parser takes an option that it does not know for the value of an argument, and lets it through.
    private static string? MistypedOption(ParseResult parsed) => parsed.Tokens
        .TakeWhile(t => t.Type != TokenType.DoubleDash)
        .FirstOrDefault(t => t.Type == TokenType.Argument && t.Value.StartsWith("--", StringComparison.Ordinal))?.Value;

    private static string HelpPath(ParseResult parsed)
    {
        string path = "";
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Command: not RootCommand } command; result = result.Parent)
            path = command.Command.Name + " " + path;
        return path;
    }

    /// <summary>The names of all commands, in the order of --help.</summary>
    public static IReadOnlyList<string> CommandNames => [.. CreateRootCommand().Subcommands.Select(c => c.Name)];

    // Making a command with its options takes milliseconds, and there are many: one that is called by its name is made alone.
    private static RootCommand CreateRootCommand(params string[] args)
    {
        RootCommand root = new("Isthmus runs a neural network across a device, an edge server and a cloud: it measures, decides, runs the decision and explains it. In a clone, './isthmus setup' installs and builds, and './isthmus test' runs the tests.");
        (string Name, Func<ICommandFactory> Make)[] called = [.. Factories.Where(f => args is [string first, ..] && f.Name == first)];
        foreach ((_, Func<ICommandFactory> make) in called is [] ? Factories : called)
            root.Subcommands.Add(make().Create());
        return root;
    }

    // One line per command, in alphabetical order: it is the order of --help.
    private static readonly (string Name, Func<ICommandFactory> Make)[] Factories =
    [
        ("accuracy", () => new AccuracyCommand()),
        ("assign", () => new AssignCommand()),
        ("bench", () => new BenchCommand()),
        ("calibrate", () => new CalibrateCommand()),
        ("demo", () => new DemoCommand()),
        ("fleet", () => new FleetCommand()),
        ("fuzz", () => new FuzzCommand()),
        ("import", () => new ImportCommand()),
        ("inspect", () => new InspectCommand()),
        ("lab", () => new LabCommand()),
        ("link", () => new LinkCommand()),
        ("mincut", () => new MinCutCommand()),
        (OrchestrateCommand.Name, () => new OrchestrateCommand()),
        ("plan", () => new PlanCommand()),
        ("profile", () => new ProfileCommand()),
        ("replay", () => new ReplayCommand()),
        ("run", () => new RunCommand()),
        ("serve", () => new ServeCommand()),
        ("split", () => new SplitCommand()),
    ];
}
