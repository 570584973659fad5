using System.CommandLine;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;

namespace Isthmus.Cli.Console;

/// <summary>Whether old profiles are believed, for every command that decides from one.</summary>
internal sealed class ExpiryOption
{
    private readonly Option<bool> _allow = new("--allow-expired") { Description = "Decide from a profile even if it is older than it says it may be." };

    private ExpiryOption()
    {
    }

    /// <summary>Adds the flag to a command.</summary>
    public static ExpiryOption AddTo(Command command)
    {
        ExpiryOption option = new();
        command.Options.Add(option._allow);
        return option;
    }

    /// <summary>Whether old profiles are believed.</summary>
    public bool Allows(ParseResult parsed) => parsed.GetValue(_allow);

    /// <summary>Reads a profile that is not too old.</summary>
    /// <exception cref="IsthmusException">It cannot be read, or it is too old.</exception>
    public Profile Load(ParseResult parsed, string path)
    {
        Profile profile = ProfileFile.Load(path);
        if (!Allows(parsed)) ProfileExpiry.Check(profile, Path.GetFileName(path), TimeProvider.System);
        return profile;
    }
}
