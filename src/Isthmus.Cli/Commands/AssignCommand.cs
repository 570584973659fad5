using System.Collections.Immutable;
using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Planning.Assignment;
using Isthmus.Core.Profiling;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`assign`: many requests that share links and nodes: who goes where, with which network and how much of the picture.</summary>
internal sealed class AssignCommand : ICommandFactory
{
    private const int MaxRows = 60;

    public Command Create()
    {
        Argument<string[]> files = new("profile") { Description = "A profile with curves of accuracy against bytes; several, to choose among networks for the same task.", Arity = ArgumentArity.OneOrMore };
        Option<string> requests = new("--requests") { Description = "The requests, as JSON (docs/fractions.md).", HelpName = "file", Required = true };
        Option<string> objective = new("--objective")
        {
            Description = "What is wanted when as many as possible are served: accuracy, latency or satisfaction.",
            HelpName = "objective",
            DefaultValueFactory = _ => "accuracy",
        };
        Option<string[]> links = new("--link") { Description = "A link as it is now, FROM-TO=RATE,RTT, such as device-edge=8mbit,20ms; may be given again (default: as profiled).", HelpName = "link", DefaultValueFactory = _ => [] };
        Command command = new("assign", "Assign many requests that share links and nodes: who goes where, with which network, and how much of the picture crosses; beside all on the device, the edge, the cloud, and all or nothing.") { files, requests, objective, links };
        NetworkOptions networks = NetworkOptions.AddTo(command);
        ExpiryOption expiry = ExpiryOption.AddTo(command);
        return command.Runs(run =>
        {
            AssignmentObjective wanted = run.Options.GetValue(objective)!.Trim().ToLowerInvariant() switch
            {
                "accuracy" => AssignmentObjective.Accuracy,
                "latency" => AssignmentObjective.Latency,
                "satisfaction" => AssignmentObjective.Satisfaction,
                string text => throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not an objective of many requests: choose accuracy, latency or satisfaction."),
            };
            ImmutableArray<ProfileIndex> profiles = [.. run.Options.GetValue(files)!.Select(f => ProfileIndex.Of(expiry.Load(run.Options, f)))];
            PlanningRequest planning = networks.Request(run.Options, profiles) with
            {
                Links = [.. run.Options.GetValue(links)!.Select(l => LinkOption.Parse(l, profiles[0].Profile))],
            };
            AssignmentProblem problem = AssignmentProblem.Of(planning, AssignmentFile.Load(run.Options.GetValue(requests)!), wanted);
            AssignmentResult result = JointAssignment.Solve(problem, run.CancellationToken);
            (string Name, AssignmentResult Result)[] rivals =
            [
                ("all or nothing", JointAssignment.Whole(problem, run.CancellationToken)),
                ("all on the device", JointAssignment.AllOn(problem, Tier.Device, run.CancellationToken)),
                ("all of it to the edge", JointAssignment.AllOn(problem, Tier.Edge, run.CancellationToken)),
                ("all of it to the cloud", JointAssignment.AllOn(problem, Tier.Cloud, run.CancellationToken)),
            ];
            run.Result(
                new
                {
                    objective = wanted.ToString().ToLowerInvariant(),
                    totals = Totals(result),
                    requests = result.Requests.Select(Row),
                    nodes = result.Nodes,
                    baselines = rivals.Select(r => new { name = r.Name, totals = Totals(r.Result) }),
                    emulated = profiles.Any(p => p.Profile.Links.Any(l => l.Emulated) || p.Profile.Nodes.Any(n => n.Slowdown != 1)) || planning.Links.Length > 0,
                },
                console => Draw(console, wanted, result, rivals));
            return Task.CompletedTask;
        });
    }

    private static object Totals(AssignmentResult result) => new
    {
        requests = result.Requests.Length,
        result.Served,
        result.Value,
        result.MeanAccuracy,
        result.MeanMs,
        result.BytesPerSecond,
        meanSatisfaction = result.Served == 0 ? 0 : result.Requests.Where(r => r.IsServed).Average(r => r.Satisfaction),
    };

    private static object Row(AssignedRequest r) => new
    {
        name = r.Request.Name,
        served = r.IsServed,
        node = r.Node,
        model = r.Model,
        input = r.IsServed ? r.Input.ToString() : null,
        fraction = r.Fraction,
        bytes = r.Bytes,
        linkShare = r.LinkShare,
        accuracy = r.Accuracy,
        predictedMs = r.Milliseconds,
        satisfaction = r.Satisfaction,
        why = r.Why,
    };

    private static void Draw(IAnsiConsole console, AssignmentObjective objective, AssignmentResult result, (string Name, AssignmentResult Result)[] rivals)
    {
        Table table = new() { Border = TableBorder.Simple };
        table.AddColumns("request", "node", "network", "crosses");
        foreach (string column in new[] { "share of link", "bytes", "accuracy", "ms", "satisfaction" }) table.AddColumn(new TableColumn(column).RightAligned());
        foreach (AssignedRequest r in result.Requests.Where(r => r.IsServed).Take(MaxRows))
        {
            table.AddRow(
                Markup.Escape(r.Request.Name), Markup.Escape(r.Node!), Markup.Escape(r.Model!), r.Fraction == 0 ? "nothing" : Markup.Escape(r.Input.ToString()), r.Fraction == 0 ? "" : $"{r.LinkShare:P0}",
                $"{r.Bytes:N0}", $"{r.Accuracy:P1}", $"{r.Milliseconds:0.0}", $"{r.Satisfaction:0.00}");
        }

        console.Write(table);
        if (result.Served > MaxRows) console.WriteLine($"… and {result.Served - MaxRows} more; --json has all.");
        foreach (AssignedRequest r in result.Requests.Where(r => !r.IsServed).Take(MaxRows)) console.WriteLine($"Not served: {r.Request.Name}, because {r.Why}.");
        foreach (NodeLoad node in result.Nodes) console.WriteLine($"{node.Node} serves {node.Requests}, works {node.Utilisation:P0} of its time, and lets a picture wait {node.WaitMs:0.0} ms.");
        console.WriteLine();
        Table beside = new() { Border = TableBorder.Simple };
        beside.AddColumn("");
        foreach (string column in new[] { "served", objective switch { AssignmentObjective.Accuracy => "weighted accuracies", AssignmentObjective.Latency => "weighted ms", _ => "weighted satisfactions" }, "mean accuracy", "mean ms", "kB a second" })
            beside.AddColumn(new TableColumn(column).RightAligned());
        foreach ((string name, AssignmentResult r) in rivals.Prepend(("this assignment", result)))
            beside.AddRow(name, $"{r.Served} of {r.Requests.Length}", $"{r.Value:0.00}", $"{r.MeanAccuracy:P1}", $"{r.MeanMs:0.0}", $"{r.BytesPerSecond / 1000:0.0}");
        console.Write(beside);
    }
}
