using System.CommandLine;
using Isthmus.Cli.Console;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>Commands that belong together below one name, which by itself lists them.</summary>
internal static class CommandGroup
{
    /// <summary>The command of the group.</summary>
    /// <param name="name">What the user types.</param>
    /// <param name="description">What the group is for.</param>
    /// <param name="heading">What one of its commands is called, such as "experiment"; with an s it is the list's name in JSON.</param>
    /// <param name="factories">Its commands, in alphabetical order.</param>
    public static Command Of(string name, string description, string heading, params ReadOnlySpan<ICommandFactory> factories)
    {
        Command command = new(name, description);
        foreach (ICommandFactory factory in factories) command.Subcommands.Add(factory.Create());
        return command.Runs(inv =>
        {
            Dictionary<string, object> listed = new() { [heading + "s"] = command.Subcommands.Where(c => !c.Hidden).Select(c => new { c.Name, summary = c.Description }) };
            inv.Result(listed, console => List(console, command, heading));
            return Task.CompletedTask;
        });
    }

    private static void List(IAnsiConsole console, Command command, string heading)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns(char.ToUpperInvariant(heading[0]) + heading[1..], "");
        foreach (Command sub in command.Subcommands.Where(c => !c.Hidden)) table.AddRow(Markup.Escape($"{command.Name} {sub.Name}"), Markup.Escape(sub.Description ?? ""));
        console.Write(table);
    }
}
