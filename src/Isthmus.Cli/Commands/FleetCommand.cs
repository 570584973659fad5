using System.CommandLine;

namespace Isthmus.Cli.Commands;

/// <summary>`fleet`: the machines that a network may be spread over, from a file; each task is a subcommand.</summary>
internal sealed class FleetCommand : ICommandFactory
{
    // One line per subcommand, in alphabetical order.
    private static readonly ICommandFactory[] Factories =
    [
        new FleetCheckCommand(),
        new FleetProfileCommand(),
        new FleetVerifyCommand(),
    ];

    public Command Create()
    {
        Command command = new("fleet", "Many machines from one file: look whether they are there, and measure networks on all of them.");
        foreach (ICommandFactory factory in Factories) command.Subcommands.Add(factory.Create());
        return command;
    }
}
