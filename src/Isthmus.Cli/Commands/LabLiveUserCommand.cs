using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Cli.Commands;

/// <summary>`lab live-user`: the process of one user of a live environment. Started by the lab itself, so nobody is shown it.</summary>
internal sealed class LabLiveUserCommand : ICommandFactory
{
    public Command Create() => new Command("live-user", "The process of one user of 'lab live-users': a line of JSON for each request, and one for each answer.") { Hidden = true }
        .Runs(inv => new LiveUser(System.Console.In, System.Console.Out).RunAsync(inv.CancellationToken));
}
