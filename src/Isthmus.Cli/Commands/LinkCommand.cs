using System.CommandLine;
using System.Net;
using Isthmus.Cli.Console;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;
using Spectre.Console;

namespace Isthmus.Cli.Commands;

/// <summary>`link`: an emulated link between two addresses, until it is stopped.</summary>
internal sealed class LinkCommand : ICommandFactory
{
    public Command Create()
    {
        Option<string> listen = new("--listen") { Description = "Where clients connect: host:port or http://host:port; port 0 takes a free one.", Required = true, HelpName = "address" };
        Option<string> to = new("--to") { Description = "Where the link leads: host:port or http://host:port.", Required = true, HelpName = "address" };
        Option<string> rate = new("--rate") { Description = "Bandwidth of each direction: 300kbit, 8mbit, 1gbit or unlimited.", DefaultValueFactory = _ => "unlimited", HelpName = "rate" };
        Option<string?> upRate = new("--up-rate") { Description = "Bandwidth towards the target, where it differs.", HelpName = "rate" };
        Option<string?> downRate = new("--down-rate") { Description = "Bandwidth back to the clients, where it differs.", HelpName = "rate" };
        Option<string> delay = new("--delay") { Description = "One-way delay of each direction: 25ms; a round trip takes twice that.", DefaultValueFactory = _ => "0ms", HelpName = "time" };
        Option<string?> upDelay = new("--up-delay") { Description = "Delay towards the target, where it differs.", HelpName = "time" };
        Option<string?> downDelay = new("--down-delay") { Description = "Delay back to the clients, where it differs.", HelpName = "time" };
        Option<string> jitter = new("--jitter") { Description = "The delay varies by up to this much up and down.", DefaultValueFactory = _ => "0ms", HelpName = "time" };
        Option<double> loss = new("--loss") { Description = "Share of the segments that are lost, 0 to 0.9; TCP turns a loss into a wait.", HelpName = "share" };
        Option<string?> trace = new("--trace") { Description = "File of changes over time: CSV lines of seconds,rate,delay[,jitter[,loss]], or JSON lines; see docs/link.md.", HelpName = "file" };
        Option<bool> loop = new("--loop") { Description = "Begin the trace anew at its last line." };
        Option<int> seed = new("--seed") { Description = "Seed of jitter and loss.", DefaultValueFactory = _ => 1, HelpName = "number" };
        return new Command("link", "Emulate a link (rate, delay, jitter, loss, changes over time) between two addresses, until Ctrl+C.")
        {
            listen, to, rate, upRate, downRate, delay, upDelay, downDelay, jitter, loss, trace, loop, seed,
        }.Runs(async run =>
        {
            LinkConditions Direction(Option<string?> ownRate, Option<string?> ownDelay) => new LinkConditions(
                BitsPerSecond.Parse(run.Options.GetValue(ownRate) ?? run.Options.GetValue(rate)!),
                Milliseconds.Parse(run.Options.GetValue(ownDelay) ?? run.Options.GetValue(delay)!),
                Milliseconds.Parse(run.Options.GetValue(jitter)!),
                run.Options.GetValue(loss)).Validated();

            LinkConditions up = Direction(upRate, upDelay), down = Direction(downRate, downDelay);
            string? traceFile = run.Options.GetValue(trace);
            if (traceFile is null && run.Options.GetValue(loop))
                throw new IsthmusException(ErrorKind.Usage, "--loop needs a trace: add --trace FILE.");
            EndPoint target = LinkAddress.ParseTarget(run.Options.GetValue(to)!);
            LinkEmulatorOptions options = new()
            {
                Listen = LinkAddress.ParseListen(run.Options.GetValue(listen)!),
                To = target,
                Up = up,
                Down = down,
                Trace = traceFile is null ? null : LinkTrace.Load(traceFile, up, down, run.Options.GetValue(loop)),
                Seed = run.Options.GetValue(seed),
            };

            await using LinkEmulator link = LinkEmulator.Start(options);
            string url = link.Url.ToString().TrimEnd('/');
            string direction = up == down ? $"{up}" : $"up {up}; down {down}";
            run.Note($"Emulated link {url} → {Show(target)}: {direction}{(traceFile is null ? "" : $"; changes as {traceFile} says")}. Ctrl+C ends it.");
            try
            {
                await link.Completion.WaitAsync(run.CancellationToken);
            }
            catch (OperationCanceledException) when (run.CancellationToken.IsCancellationRequested)
            {
                // Being stopped is how a link ends well.
            }

            // What is being delivered at this moment counts too, so only afterwards.
            await link.DisposeAsync();
            LinkCounters counters = link.Counters;
            run.Result(
                new
                {
                    listening = url,
                    to = Show(target),
                    emulated = true,
                    up,
                    down,
                    trace = traceFile,
                    bytesUp = counters.BytesUp,
                    bytesDown = counters.BytesDown,
                    connections = counters.Connections,
                    refusedConnections = counters.RefusedConnections,
                    lostSegments = counters.LostSegments,
                },
                console => console.WriteLine($"Emulated link: {counters.BytesUp} up, {counters.BytesDown} down, {counters.Connections} connections ({counters.RefusedConnections} refused), {counters.LostSegments} losses."));
        });
    }

    private static string Show(EndPoint target) => target is DnsEndPoint name ? $"{name.Host}:{name.Port}" : target.ToString()!;
}
