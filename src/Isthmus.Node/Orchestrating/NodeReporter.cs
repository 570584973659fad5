using System.Net.NetworkInformation;
using Isthmus.Core.Errors;
using Isthmus.Node.Admission;
using Isthmus.Runtime.Orchestrating;
using Microsoft.Extensions.Logging;

namespace Isthmus.Node.Orchestrating;

/// <summary>
/// Tells an orchestrator again and again how this node is. The node pushes, so that it needs no way in from there; an orchestrator that is gone is tried on, and costs requests nothing.
/// </summary>
internal sealed partial class NodeReporter : IAsyncDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly OrchestratorClient _client;
    private readonly string _name;
    private readonly string _url;
    private readonly NodeOptions _options;
    private readonly WorkQueue _queue;
    private readonly ILogger _logger;
    private readonly HostLoad _load;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private double? _rttMs;

    /// <summary>Starts.</summary>
    /// <param name="orchestrator">Whom to tell.</param>
    /// <param name="url">Where users reach the node.</param>
    /// <param name="options">The node's options.</param>
    /// <param name="queue">Its queue.</param>
    /// <param name="logger">The log.</param>
    public NodeReporter(Uri orchestrator, string url, NodeOptions options, WorkQueue queue, ILogger<NodeReporter> logger)
    {
        _client = new(orchestrator);
        _name = OrchestrationLimits.Name(options.NodeName, "node");
        _url = url;
        _options = options;
        _queue = queue;
        _logger = logger;
        _load = new(options.Clock);
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>Stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _client.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        bool? heard = null, doubted = null;
        TimeSpan wait = First;
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                using CancellationTokenSource patience = new(Patience, _options.Clock);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
                long began = _options.Clock.GetTimestamp();
                NodeAcknowledgement told = await _client.ReportNodeAsync(_name, Report(), either.Token);
                _rttMs = Math.Min(_options.Clock.GetElapsedTime(began).TotalMilliseconds, OrchestrationLimits.MaxMs);
                if (heard != true) Log.Heard(_logger, _name, _client.Url);
                if (told.Doubted && doubted != true) Log.Doubted(_logger, _name);
                (heard, doubted) = (true, told.Doubted);
                wait = double.IsFinite(told.IntervalMs) ? TimeSpan.FromMilliseconds(Math.Clamp(told.IntervalMs, Shortest.TotalMilliseconds, Longest.TotalMilliseconds)) : First;
            }
            catch (Exception e) when (e is IsthmusException or OperationCanceledException)
            {
                if (cancellationToken.IsCancellationRequested) return;
                if (heard != false) Log.NotHeard(_logger, _name, e is IsthmusException ? e.Message : $"{_client.Url.Authority} did not answer in time.");
                heard = false;
                wait = wait * 2 < Longest ? wait * 2 : Longest;
            }

            await Task.Delay(wait, _options.Clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private NodeReport Report()
    {
        (double? cpu, double? memory) = _load.Sample();
        return new(_url, _options.Tier, cpu, memory, _options.Workers, _queue.Busy, _queue.Waiting) { Mbps = Card(), RttMs = _rttMs };
    }

    private static double? Card()
    {
        try
        {
            long fastest = NetworkInterface.GetAllNetworkInterfaces()
                .Where(n => n is { OperationalStatus: OperationalStatus.Up, NetworkInterfaceType: not NetworkInterfaceType.Loopback }).Select(n => n.Speed).DefaultIfEmpty(0).Max();
            // A card that no physics stands behind says what it likes.
            return fastest > 0 && fastest / 1e6 < OrchestrationLimits.MaxMbps ? fastest / 1e6 : null;
        }
        catch (Exception e) when (e is NetworkInformationException or PlatformNotSupportedException or IOException)
        {
            return null;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 40, Level = LogLevel.Information, Message = "{Node} reports to the orchestrator {Url}")]
        public static partial void Heard(ILogger logger, string node, Uri url);

        [LoggerMessage(EventId = 41, Level = LogLevel.Warning, Message = "{Node} is not heard by its orchestrator and goes on without it: {Reason}")]
        public static partial void NotHeard(ILogger logger, string node, string reason);

        [LoggerMessage(EventId = 42, Level = LogLevel.Warning, Message = "What users measure does not fit what {Node} reports; the orchestrator believes the users")]
        public static partial void Doubted(ILogger logger, string node);
    }
}
