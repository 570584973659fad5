using System.CommandLine;

namespace Isthmus.Cli.Commands;

/// <summary>`fleet`: the machines that a network may be spread over, from a file; each task is a subcommand.</summary>
internal sealed class FleetCommand : ICommandFactory
{
    public Command Create() => CommandGroup.Of(
        "fleet", "Many machines from one file: look whether they are there, and measure networks on all of them.", "task",
        new FleetCheckCommand(), new FleetProfileCommand(), new FleetVerifyCommand());
}
