using System.CommandLine;
using Isthmus.Cli.Console;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`lab`: experiments; each is a subcommand; by itself it lists them.</summary>
internal sealed class LabCommand : ICommandFactory
{
    // One line per subcommand, in alphabetical order.
    private static readonly ICommandFactory[] Factories =
    [
        new LabRegretCommand(),
        new LabReproduceCommand(),
    ];

    public Command Create()
    {
        Command command = new("lab", "Experiments: the measurements of papers run again, beside Isthmus.");
        foreach (ICommandFactory factory in Factories) command.Subcommands.Add(factory.Create());
        return command.Runs(inv =>
        {
            inv.Result(new { experiments = command.Subcommands.Select(c => new { c.Name, summary = c.Description }) }, console => List(console, command));
            return Task.CompletedTask;
        });
    }

    private static void List(IAnsiConsole console, Command command)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("Experiment", "");
        foreach (Command experiment in command.Subcommands) table.AddRow(Markup.Escape($"lab {experiment.Name}"), Markup.Escape(experiment.Description ?? ""));
        console.Write(table);
    }
}
