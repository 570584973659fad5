using System.CommandLine;
using Isthmus.Inference.Sessions;

namespace Isthmus.Cli.Console;

/// <summary>How the device computes, for every command that measures or runs on it.</summary>
internal sealed class SessionOptions
{
    private readonly Option<int> _threads = new("--threads")
    {
        Description = "Threads of one inference on the device.",
        DefaultValueFactory = _ => SessionSettings.Default.Threads,
        HelpName = "N",
    };

    private readonly Option<string> _provider = new("--provider")
    {
        Description = "Execution provider of ONNX Runtime on the device.",
        DefaultValueFactory = _ => SessionSettings.Default.Provider,
        HelpName = "NAME",
    };

    /// <summary>Adds the options to a command.</summary>
    public static SessionOptions AddTo(Command command)
    {
        SessionOptions options = new();
        command.Options.Add(options._threads);
        command.Options.Add(options._provider);
        return options;
    }

    /// <summary>The settings.</summary>
    public SessionSettings Read(ParseResult parsed) => SessionSettings.Default with { Threads = parsed.GetValue(_threads), Provider = parsed.GetValue(_provider)! };
}
