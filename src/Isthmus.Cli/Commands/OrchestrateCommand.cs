using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Orchestration.Admission;
using Isthmus.Core.Orchestration.Policies;
using Isthmus.Core.Storage;
using Isthmus.Node;
using Isthmus.Node.Orchestrating;
using Isthmus.Runtime.Orchestrating;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`orchestrate`: decides for many users who share nodes, until it is stopped.</summary>
internal sealed class OrchestrateCommand : ICommandFactory
{
    /// <summary>The command's name.</summary>
    public const string Name = "orchestrate";

    public Command Create()
    {
        OrchestratorOptions defaults = new();
        Option<string> listen = new("--listen") { Description = "Where it listens: http://HOST:PORT; port 0 takes a free one, host * all addresses.", DefaultValueFactory = _ => defaults.Listen, HelpName = "url" };
        Option<string?> data = new("--data") { Description = $"The data folder; policies are kept in its folder 'policies'. Default ${DataFolder.Variable}, else the user's application data.", HelpName = "folder" };
        Option<string?> policies = new("--policies") { Description = "The folder of policies, if another (default: in the data folder).", HelpName = "folder" };
        Option<string> learner = new("--learner") { Description = "Who learns: " + string.Join("; ", LearnerKinds.All.Select(k => $"{k.Name} ({k.Summary})")) + ".", DefaultValueFactory = _ => LearnerKinds.Default.Name, HelpName = "name" };
        Option<double?> minAccuracy = new("--min-accuracy") { Description = "The mean accuracy over users, 0 to 1, that is wanted (default: any).", HelpName = "share" };
        Option<double?> msPerMissing = new("--ms-per-missing") { Description = "Let accuracy be missing at a price: the milliseconds of mean response time that a whole unit of missing mean accuracy is worth (default: none may be missing).", HelpName = "ms" };
        Option<double> interval = new("--interval") { Description = "How often is decided, in milliseconds; also whenever a user or a node comes, goes or changes.", DefaultValueFactory = _ => defaults.Interval.TotalMilliseconds, HelpName = "ms" };
        Option<double> silence = new("--node-silence") { Description = "After so many seconds a silent node is not used, until it reports again.", DefaultValueFactory = _ => defaults.NodeSilence.TotalSeconds, HelpName = "s" };
        Option<double> expiry = new("--user-expiry") { Description = "After so many seconds of silence a user is gone, and its share is free.", DefaultValueFactory = _ => defaults.UserExpiry.TotalSeconds, HelpName = "s" };
        Option<double> utilisation = new("--utilisation") { Description = "The share of a node's time that is given out; what is asked beyond it is shed max-min fairly.", DefaultValueFactory = _ => defaults.Overload.Utilisation, HelpName = "share" };
        Option<double> most = new("--max-per-second") { Description = "Questions and reports that are answered in a second; beyond it each user gets a fair share.", DefaultValueFactory = _ => defaults.MaxPerSecond, HelpName = "number" };
        Option<double> save = new("--save-every") { Description = "How often what is known is written, in seconds, if it changed.", DefaultValueFactory = _ => defaults.SaveInterval.TotalSeconds, HelpName = "s" };
        Option<int> keep = new("--keep") { Description = "How many policies are kept.", DefaultValueFactory = _ => defaults.KeepPolicies, HelpName = "number" };
        Option<int> seed = new("--seed") { Description = "The seed of everything random.", DefaultValueFactory = _ => defaults.Seed, HelpName = "number" };
        Option<string> logFormat = new("--log-format") { Description = "Logs on stderr: text, json or none.", DefaultValueFactory = _ => "text", HelpName = "format" };
        logFormat.AcceptOnlyFromAmong("text", "json", "none");
        Option<bool> untilStdinCloses = new("--until-stdin-closes") { Description = "Stop also when standard input ends, as it does when the parent process dies." };
        Command command = new(Name, "Decide for many users who share nodes who runs what, where: learn from what their requests take, until Ctrl+C.")
        {
            listen, data, policies, learner, minAccuracy, msPerMissing, interval, silence, expiry, utilisation, most, save, keep, seed, logFormat, untilStdinCloses,
        };
        command.Subcommands.Add(new OrchestrateStatusCommand().Create());
        return command.Runs(async run =>
        {
            OrchestratorOptions options = new()
            {
                Listen = run.Options.GetValue(listen)!,
                Learner = LearnerKinds.Get(run.Options.GetValue(learner)!),
                Goal = new(run.Options.GetValue(minAccuracy), run.Options.GetValue(msPerMissing)),
                Seed = run.Options.GetValue(seed),
                Interval = Time("--interval", run.Options.GetValue(interval), 1),
                NodeSilence = Time("--node-silence", run.Options.GetValue(silence), 1000),
                UserExpiry = Time("--user-expiry", run.Options.GetValue(expiry), 1000),
                Overload = new OverloadRule(run.Options.GetValue(utilisation)),
                MaxPerSecond = run.Options.GetValue(most),
                PolicyFolder = run.Options.GetValue(policies) ?? Path.Combine(DataFolder.Resolve(run.Options.GetValue(data)), "policies"),
                SaveInterval = Time("--save-every", run.Options.GetValue(save), 1000),
                KeepPolicies = run.Options.GetValue(keep),
                LogFormat = Enum.Parse<NodeLogFormat>(run.Options.GetValue(logFormat)!, ignoreCase: true),
            };
            using ServerLifetime lifetime = new(run.Options.GetValue(untilStdinCloses), run.CancellationToken);
            await using OrchestratorServer server = await OrchestratorServer.StartAsync(options, run.CancellationToken);
            foreach (string refused in server.Fleet.RefusedPolicies) run.Note($"A policy was refused: {refused}");
            run.Note($"The orchestrator is ready at {server.Url}{(server.Fleet.Policy is { } policy ? $", and goes on from {policy}" : "")}. Ctrl+C stops it.");
            await lifetime.Stopped;
            run.Note("The orchestrator writes what it knows and stops.");
            await server.StopAsync(lifetime.Aborted);
            OrchestratorState state = server.Fleet.State();
            run.Result(state, console => console.WriteLine($"{state.Decisions} decisions, {state.Steps} steps learned from, {state.Users.Length} users, {state.Nodes.Length} nodes; policy {state.Policy ?? "none"}."));
        });
    }

    private static TimeSpan Time(string option, double value, double factor) =>
        value is > 0 and < 1e9 ? TimeSpan.FromMilliseconds(value * factor) : throw new IsthmusException(ErrorKind.Usage, $"{value} is no time for {option}: choose a number above zero.");
}
