using System.CommandLine;
using System.Text.Json;
using Isthmus.Core.Json;
using Isthmus.Core.Progress;
using Spectre.Console;

namespace Isthmus.Cli.Console;

/// <summary>
/// One run of a command: its options, and where its output goes. The result goes to stdout; with --json it is one JSON object
/// and nothing else. Progress and notes go to stderr.
/// </summary>
internal sealed class Invocation
{
    private readonly TextWriter _output;
    private readonly TextWriter _errorWriter;
    private readonly IAnsiConsole _error;
    private readonly bool _errorIsTerminal;

    public Invocation(ParseResult options, bool json, CancellationToken cancellationToken)
    {
        Options = options;
        Json = json;
        CancellationToken = cancellationToken;
        _output = options.InvocationConfiguration.Output;
        _errorWriter = options.InvocationConfiguration.Error;
        _errorIsTerminal = ReferenceEquals(_errorWriter, System.Console.Error) && !System.Console.IsErrorRedirected;
        _error = Console(_errorWriter, _errorIsTerminal);
        Out = Console(_output, ReferenceEquals(_output, System.Console.Out) && !System.Console.IsOutputRedirected);
    }

    // A file or a pipe gets no colours, and no lines folded at 80 columns, which nobody's terminal asks for.
    private static IAnsiConsole Console(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
        });
        if (!isTerminal) console.Profile.Width = 200;
        return console;
    }

    /// <summary>The parsed command line.</summary>
    public ParseResult Options { get; }

    /// <summary>Whether --json was given.</summary>
    public bool Json { get; }

    /// <summary>Cancelled by Ctrl+C.</summary>
    public CancellationToken CancellationToken { get; }

    /// <summary>Stdout, for people.</summary>
    public IAnsiConsole Out { get; }

    /// <summary>Writes the command's result: the object with --json, else what <paramref name="people"/> draws.</summary>
    public void Result(object result, Action<IAnsiConsole> people)
    {
        if (Json) _output.WriteLine(JsonSerializer.Serialize(result, IsthmusJson.Indented));
        else people(Out);
    }

    /// <summary>Writes one line to stderr: what goes on, or what the user should know.</summary>
    public void Note(string message) => _error.MarkupLineInterpolated($"[grey]{message}[/]");

    /// <summary>Runs something long with a progress bar on stderr (lines, if stderr is no terminal).</summary>
    public async Task<T> WithProgressAsync<T>(string what, Func<IProgress<ProgressReport>, Task<T>> work)
    {
        if (!_error.Profile.Capabilities.Interactive || !_errorIsTerminal)
            return await work(new ProgressLines(_errorWriter, what, TimeProvider.System));

        return await _error.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn(), new SpinnerColumn())
            .StartAsync(async context =>
            {
                ProgressTask task = context.AddTask(Markup.Escape(what), maxValue: 1);
                // A bar for each thing that goes on at the same time, as it shows up.
                Dictionary<string, ProgressTask> parts = new(StringComparer.Ordinal);
                T result = await work(new ProgressSink(report =>
                {
                    if (report.Part is { } part)
                    {
                        if (!parts.TryGetValue(part, out ProgressTask? bar)) parts[part] = bar = context.AddTask(Markup.Escape(part), maxValue: 1);
                        bar.Description = Markup.Escape("  " + report.Step);
                        bar.Value = Math.Clamp(report.PartFraction, 0, 1);
                        task.Description = Markup.Escape(what);
                        task.Value = Math.Clamp(report.Fraction, 0, 1);
                        return;
                    }

                    task.Description = Markup.Escape($"{what}: {report.Step}");
                    task.Value = Math.Clamp(report.Fraction, 0, 1);
                }));
                task.Value = 1;
                return result;
            });
    }

    // Progress<T> posts to the thread pool, which reorders reports; this calls straight through.
    private sealed class ProgressSink(Action<ProgressReport> report) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => report(value);
    }
}
