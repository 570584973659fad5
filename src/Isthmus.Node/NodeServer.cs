using System.Net.Sockets;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Node.Admission;
using Isthmus.Node.Endpoints;
using Isthmus.Node.Execution;
using Isthmus.Node.Hosting;
using Isthmus.Node.Models;
using Isthmus.Node.Orchestrating;
using Isthmus.Node.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Isthmus.Node;

/// <summary>
/// The server of an edge or cloud tier: the Open Inference Protocol v2 over HTTP/1.1 and HTTP/2 on one port, and what Isthmus
/// adds; see docs/node.md. Stopping it finishes what it accepted.
/// </summary>
public sealed partial class NodeServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly NodeOptions _options;
    private readonly NodeState _state;
    private readonly NodeTelemetry _telemetry;
    private readonly SegmentLoader _loader;
    private readonly IReadOnlyList<IDisposable?> _parts;
    private readonly ILogger _logger;
    private readonly long _started;
    private NodeReporter? _reporter;
    private bool _stopped;
    private bool _disposed;

    private NodeServer(
        WebApplication app, NodeOptions options, NodeState state, NodeTelemetry telemetry, SegmentLoader loader, string url, IReadOnlyList<IDisposable?> parts)
    {
        _app = app;
        _options = options;
        _state = state;
        _telemetry = telemetry;
        _loader = loader;
        _parts = parts;
        _logger = app.Services.GetRequiredService<ILogger<NodeServer>>();
        _started = options.Clock.GetTimestamp();
        Url = url;
    }

    /// <summary>The address at which it listens, with the port that it got.</summary>
    public string Url { get; }

    /// <summary>What it did so far.</summary>
    public NodeCounters Counters
    {
        get
        {
            var counts = _telemetry.Counts;
            return new(
                _options.NodeName, _options.Tier, Url, Milliseconds.Since(_options.Clock, _started), counts.Arrived, counts.Answered, counts.Refused,
                counts.Invalid, counts.Expired, counts.Cancelled, counts.Failed, counts.Fallbacks, counts.Models, _loader.Loaded, _loader.Evicted,
                _loader.LoadedAhead, _loader.Hits, _telemetry.Declined, _telemetry.Cold,
                _options.Slowdown, _options.Slowdown > 1);
        }
    }

    /// <summary>A part of the node, for tests.</summary>
    internal T Part<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Starts a node; it listens when the task ends.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IsthmusException">An option is out of range, a folder cannot be used, or the address is taken.</exception>
    public static async Task<NodeServer> StartAsync(NodeOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        ListenAddress address = ListenAddress.Parse(options.Listen);
        TimeProvider clock = options.Clock;

        ModelStore models = new(options.DataFolder, options.ModelsFolder, options.MaxModelBytes);
        TablesStore tables = new(options.DataFolder);
        WorkQueue queue = new(options.Workers, options.QueueLimit, clock);
        SegmentLoader loader = new(options.Session, options.MemoryBytes, clock);
        Slowdown slowdown = new(options.Slowdown, clock);
        ImageInputs images = new(models);
        NextNodes nextNodes = new(clock);
        NodeTelemetry telemetry = new(queue, loader);
        PrometheusText metrics = new(telemetry.Meter);
        OpenTelemetryExport? export = OpenTelemetryExport.Start(options.NodeName);
        NodeState state = new();
        List<IDisposable?> parts = [metrics, export, telemetry, nextNodes, loader, state];

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "isthmus" });
        ServerSetup.AddLogging(builder.Logging, options.LogFormat);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(options).AddSingleton(models).AddSingleton(tables).AddSingleton(queue).AddSingleton(loader).AddSingleton(slowdown).AddSingleton(images)
            .AddSingleton(nextNodes).AddSingleton(telemetry).AddSingleton(metrics).AddSingleton(state).AddSingleton(clock)
            .AddSingleton<SegmentRunner>().AddSingleton<InferenceService>().AddSingleton<MeasuringService>().AddSingleton<WarmingService>().AddSingleton<LinkProbe>()
            .AddSingleton<ErrorAnswers>().AddSingleton<InferEndpoint>().AddSingleton<ProtocolEndpoints>().AddSingleton<NodeEndpoints>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => ServerSetup.Configure(kestrel, address, options.Limits.MaxTotalBytes + options.Limits.MaxJsonBytes, options.Clock));

        WebApplication app = builder.Build();
        try
        {
            app.Use(app.Services.GetRequiredService<ErrorAnswers>().InvokeAsync);
            app.UseRouting();
            app.Services.GetRequiredService<ProtocolEndpoints>().Map(app);
            app.Services.GetRequiredService<NodeEndpoints>().Map(app);
            app.MapFallback(_ => throw new NodeRefusal(404, "There is nothing at this address; docs/node.md lists what a node answers."));
            try
            {
                await app.StartAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                throw new IsthmusException(
                    ErrorKind.Usage, $"The node cannot listen at {options.Listen}: {(e.InnerException is AddressInUseException ? "the port is taken" : e.Message.TrimEnd('.'))}; choose another with --listen.", e);
            }

            string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            NodeServer server = new(app, options, state, telemetry, loader, address.Url(new Uri(bound).Port), parts);
            Log.Listening(server._logger, options.NodeName, server.Url, models.All().Count);
            if (options.Slowdown > 1) Log.Slowed(server._logger, options.Slowdown);
            if (options.Orchestrator is { } orchestrator)
                server._reporter = new(orchestrator, options.Advertise ?? server.Url, options, queue, app.Services.GetRequiredService<ILogger<NodeReporter>>());
            return server;
        }
        catch
        {
            await app.DisposeAsync();
            foreach (IDisposable? part in parts) part?.Dispose();
            throw;
        }
    }

    /// <summary>Stops accepting requests, finishes those that were accepted, and stops.</summary>
    /// <param name="cancellationToken">Ends the wait: what still runs is aborted.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_stopped) return;
        _stopped = true;
        _state.IsStopping = true;
        if (_reporter is not null) await _reporter.DisposeAsync();
        Log.Stopping(_logger, _options.NodeName, _state.InFlight);
        await using (cancellationToken.UnsafeRegister(static state => ((NodeState)state!).Abort(), _state))
        {
            // Requests on open connections are refused from here on, so this ends.
            await _state.IdleAsync(cancellationToken);
            await _app.StopAsync(cancellationToken);
        }

        Log.Stopped(_logger, _options.NodeName);
    }

    /// <summary>Stops at once, if it was not stopped before, and gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_stopped) await StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        foreach (IDisposable? part in _parts) part?.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "{Node} listens at {Url} with {Models} models")]
        public static partial void Listening(ILogger logger, string node, string url, int models);

        [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Computing is slowed down {Factor} times: this node emulates a slower machine")]
        public static partial void Slowed(ILogger logger, double factor);

        [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Node} stops; {InFlight} requests are being finished")]
        public static partial void Stopping(ILogger logger, string node, int inFlight);

        [LoggerMessage(EventId = 4, Level = LogLevel.Information, Message = "{Node} stopped")]
        public static partial void Stopped(ILogger logger, string node);
    }
}
