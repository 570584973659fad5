using System.CommandLine;

namespace Isthmus.Cli.Commands;

/// <summary>Makes one command of the tool. One file per command.</summary>
internal interface ICommandFactory
{
    /// <summary>The command with its arguments, options and action.</summary>
    Command Create();
}
