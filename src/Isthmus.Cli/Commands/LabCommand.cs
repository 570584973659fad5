using System.CommandLine;

namespace Isthmus.Cli.Commands;

/// <summary>`lab`: experiments; each is a subcommand.</summary>
internal sealed class LabCommand : ICommandFactory
{
    public Command Create() => CommandGroup.Of(
        "lab", "Experiments: the measurements of papers run again, beside Isthmus.", "experiment",
        new LabLiveUserCommand(), new LabLiveUsersCommand(), new LabRegretCommand(), new LabReproduceCommand(), new LabUsersCommand());
}
