using System.CommandLine;
using Isthmus.Core.Errors;

namespace Isthmus.Cli.Console;

/// <summary>What all commands share: --json, one-sentence errors on stderr, exit codes.</summary>
internal static class CommandExtensions
{
    /// <summary>Adds --json and sets what the command does. The action throws <see cref="IsthmusException"/> to fail.</summary>
    public static Command Runs(this Command command, Func<Invocation, Task> action)
    {
        Option<bool> json = new("--json") { Description = "Print one JSON object on stdout, and nothing else there." };
        command.Options.Add(json);
        command.SetAction(async (options, cancellationToken) =>
        {
            TextWriter error = options.InvocationConfiguration.Error;
            try
            {
                await action(new Invocation(options, options.GetValue(json), cancellationToken));
                return 0;
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                error.WriteLine("isthmus: cancelled.");
                return (int)ErrorKind.Cancelled;
            }
            catch (IsthmusException e)
            {
                error.WriteLine($"isthmus: {e.Message}");
                return (int)e.Kind;
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException or IOException)
            {
                error.WriteLine($"isthmus: {e.Message}");
                return (int)ErrorKind.File;
            }
            catch (Exception e)
            {
                error.WriteLine($"isthmus: internal error, please report it: {e}");
                return (int)ErrorKind.Internal;
            }
        });
        return command;
    }
}
