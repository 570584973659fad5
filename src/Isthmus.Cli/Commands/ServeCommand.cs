using System.CommandLine;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Storage;
using Isthmus.Inference.Sessions;
using Isthmus.Node;
using Isthmus.Runtime.Transport;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`serve`: the node of an edge or cloud tier, until it is stopped.</summary>
internal sealed class ServeCommand : ICommandFactory
{
    /// <summary>The command's name.</summary>
    public const string Name = "serve";

    public Command Create()
    {
        Option<string> tier = new("--tier") { Description = "The node's tier: edge or cloud; or device, for one that 'isthmus fleet profile' measures from elsewhere.", Required = true, HelpName = "tier" };
        tier.AcceptOnlyFromAmong("device", "edge", "cloud");
        Option<string> listen = new("--listen") { Description = "Where it listens: http://HOST:PORT; port 0 takes a free one, host * all addresses.", DefaultValueFactory = _ => "http://127.0.0.1:8500", HelpName = "url" };
        Option<string?> data = new("--data") { Description = $"Folder for models that are sent to it; default ${DataFolder.Variable}, else the user's application data.", HelpName = "folder" };
        Option<string?> models = new("--models") { Description = "Folder of NAME.onnx files to serve by name.", HelpName = "folder" };
        Option<string?> name = new("--name") { Description = "The node's name in traces and profiles; default the tier's.", HelpName = "name" };
        Option<int> threads = new("--threads") { Description = "Threads that one inference uses.", DefaultValueFactory = _ => SessionSettings.Default.Threads, HelpName = "number" };
        Option<string> provider = new("--provider") { Description = "Execution provider of ONNX Runtime.", DefaultValueFactory = _ => ExecutionProvider.Cpu, HelpName = "name" };
        Option<int> workers = new("--workers") { Description = "Inferences at a time.", DefaultValueFactory = _ => 1, HelpName = "number" };
        Option<int> queue = new("--queue") { Description = "Requests that may wait; more are refused with 429.", DefaultValueFactory = _ => 64, HelpName = "number" };
        Option<string> memory = new("--memory") { Description = "Memory for loaded sessions: 512MB, 2GB; the least recently used are dropped beyond it.", DefaultValueFactory = _ => "2GB", HelpName = "size" };
        Option<double> slowdown = new("--slowdown") { Description = "Emulate a machine that is this many times slower; 1 is none.", DefaultValueFactory = _ => 1, HelpName = "factor" };
        Option<string> maxModel = new("--max-model") { Description = "The largest model that may be sent to it.", DefaultValueFactory = _ => "1GB", HelpName = "size" };
        Option<string> logFormat = new("--log-format") { Description = "Logs on stderr: text, json or none.", DefaultValueFactory = _ => "text", HelpName = "format" };
        logFormat.AcceptOnlyFromAmong("text", "json", "none");
        Option<string?> orchestrator = new("--orchestrator") { Description = "Tell this orchestrator ('isthmus orchestrate') how the node is: http://HOST:PORT.", HelpName = "url" };
        Option<string?> advertise = new("--advertise") { Description = "Where users reach the node, as the orchestrator is told (default: where it listens).", HelpName = "url" };
        Option<bool> untilStdinCloses = new("--until-stdin-closes") { Description = "Stop also when standard input ends, as it does when the parent process dies." };
        return new Command(Name, "Serve as a node of the edge or cloud tier (Open Inference Protocol v2), until Ctrl+C; a second one aborts.")
        {
            tier, listen, data, models, name, threads, provider, workers, queue, memory, slowdown, maxModel, orchestrator, advertise, logFormat, untilStdinCloses,
        }.Runs(async run =>
        {
            NodeOptions options = new()
            {
                Tier = Enum.Parse<Tier>(run.Options.GetValue(tier)!, ignoreCase: true),
                Listen = run.Options.GetValue(listen)!,
                Name = run.Options.GetValue(name),
                DataFolder = DataFolder.Resolve(run.Options.GetValue(data)),
                ModelsFolder = run.Options.GetValue(models),
                Session = new SessionSettings { Threads = run.Options.GetValue(threads), Provider = run.Options.GetValue(provider)! },
                Workers = run.Options.GetValue(workers),
                QueueLimit = run.Options.GetValue(queue),
                MemoryBytes = Size("--memory", run.Options.GetValue(memory)!),
                MaxModelBytes = Size("--max-model", run.Options.GetValue(maxModel)!),
                Slowdown = run.Options.GetValue(slowdown),
                Orchestrator = run.Options.GetValue(orchestrator) is { } to ? NodeClient.ParseUrl(to) : null,
                Advertise = run.Options.GetValue(advertise),
                LogFormat = Enum.Parse<NodeLogFormat>(run.Options.GetValue(logFormat)!, ignoreCase: true),
            };
            await ServeAsync(run, options, run.Options.GetValue(untilStdinCloses));
        });
    }

    private static async Task ServeAsync(Invocation run, NodeOptions options, bool untilStdinCloses)
    {
        using ServerLifetime lifetime = new(untilStdinCloses, run.CancellationToken);
        await using NodeServer node = await NodeServer.StartAsync(options, run.CancellationToken);
        run.Note($"{options.NodeName} ({options.Tier.ToString().ToLowerInvariant()}) is ready at {node.Url}{(options.Slowdown > 1 ? $", slowed down {options.Slowdown:0.##}× (emulated)" : "")}. Ctrl+C stops it.");
        await lifetime.Stopped;
        run.Note($"{options.NodeName} finishes what it accepted and stops.");
        await node.StopAsync(lifetime.Aborted);
        NodeCounters counters = node.Counters;
        run.Result(counters, console => console.WriteLine(
            $"{counters.Node}: {counters.Requests} requests, {counters.Answered} answered, {counters.Refused} refused, {counters.Invalid} invalid, {counters.Expired} expired, {counters.Cancelled} cancelled, {counters.Failed} failed."));
    }

    private static long Size(string option, string text)
    {
        string t = text.Trim().ToUpperInvariant();
        (string Suffix, double Factor)[] units = [("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("B", 1), ("", 1)];
        foreach ((string suffix, double factor) in units)
        {
            if (t.EndsWith(suffix, StringComparison.Ordinal) && double.TryParse(t[..^suffix.Length], out double value) && value >= 0 && value * factor < 1e15)
                return (long)(value * factor);
        }

        throw new IsthmusException(ErrorKind.Usage, $"'{text}' is not a size for {option}: write it as 512MB or 2GB.");
    }
}
