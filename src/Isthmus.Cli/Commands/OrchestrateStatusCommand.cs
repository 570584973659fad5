using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Runtime.Orchestrating;
using Isthmus.Runtime.Transport;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`orchestrate status`: what an orchestrator knows and decided.</summary>
internal sealed class OrchestrateStatusCommand : ICommandFactory
{
    public Command Create()
    {
        Argument<string> url = new("url") { Description = "The orchestrator's address, http://HOST:PORT." };
        return new Command("status", "What an orchestrator knows and decided: its users, its nodes, who is doubted, and what contradicts.") { url }.Runs(async run =>
        {
            using OrchestratorClient client = new(NodeClient.ParseUrl(run.Options.GetValue(url)!));
            OrchestratorState state = await client.StateAsync(run.CancellationToken);
            run.Result(state, console => Draw(console, state));
        });
    }

    private static string Link(OrchestratedNode node) =>
        string.Join(", ", new[] { node.Mbps is { } mbps ? $"{mbps:0.#} Mbit/s" : "", node.RttMs is { } rtt ? $"{rtt:0.0} ms" : "" }.Where(t => t.Length > 0));

    private static void Draw(IAnsiConsole console, OrchestratorState state)
    {
        Table nodes = new Table().Border(TableBorder.Simple).AddColumns("node", "tier", "status", "cpu free", "memory free", "link", "queue", "busy", "users", "asked for", "measured/expected");
        foreach (OrchestratedNode n in state.Nodes)
        {
            string cpu = n.Cpu is { } said ? $"{said:P0}{(Math.Abs(said - n.CpuBelieved) > 0.01 ? $" (believed {n.CpuBelieved:P0})" : "")}" : "";
            nodes.AddRow(
                Markup.Escape(n.Name), n.Tier?.ToString().ToLowerInvariant() ?? "", n.Status, cpu, n.Memory is { } memory ? $"{memory:P0}" : "", Link(n), $"{n.Queue}", $"{n.Busy} of {n.Workers}", $"{n.Users}", $"{n.Demand:P0}",
                n.MeasuredOverExpected is { } ratio ? $"{ratio:0.00}×{(n.Doubted ? " [red]doubted[/]" : "")}" : "");
        }

        Table users = new Table().Border(TableBorder.Simple).AddColumns("user", "action", "node", "accuracy", "requests/s", "mean", "answered", "fallbacks", "lost", "shed");
        foreach (OrchestratedUser u in state.Users)
        {
            users.AddRow(
                Markup.Escape(u.Name), Markup.Escape(u.Action ?? "not decided yet"), Markup.Escape(u.Node ?? "own device"), u.Accuracy is { } accuracy ? $"{accuracy:0.000}" : "", $"{u.PerSecond:0.0}",
                u.MeanMs is { } ms ? $"{ms:0.0} ms" : "", $"{u.Answered}", $"{u.Fallbacks}", $"{u.Lost}", $"{u.Shed}");
        }

        console.Write(nodes);
        console.Write(users);
        console.MarkupLineInterpolated($"{state.Learner}: {state.Decisions} decisions from {state.Steps} steps, action space {state.Version}; the last decision took {state.DecideMs:0.000} ms.");
        if (state.MeanAccuracy is { } mean) console.MarkupLineInterpolated($"Mean accuracy {mean:0.000}{(state.MinMeanAccuracy is { } wanted ? $" (wanted {wanted:0.000})" : "")}{(state.MeanMs is { } took ? $", mean response time {took:0.0} ms" : "")}.");
        foreach ((string what, double value) in state.Learning.OrderBy(l => l.Key, StringComparer.Ordinal)) console.MarkupLineInterpolated($"{what}: {value:0.###}");
        if (state.Conflict is { } conflict) console.MarkupLineInterpolated($"[red]{conflict}[/]");
        foreach (string refused in state.RefusedPolicies) console.MarkupLineInterpolated($"Refused: {refused}");
        if (state.Policy is { } policy) console.MarkupLineInterpolated($"Policy {policy}.");
    }
}
