using System.Net.Sockets;
using Isthmus.Core.Errors;
using Isthmus.Node.Endpoints;
using Isthmus.Node.Hosting;
using Isthmus.Node.Telemetry;
using Isthmus.Runtime.Orchestrating;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Isthmus.Node.Orchestrating;

/// <summary>
/// The orchestrator of a fleet as a server: nodes report how they are, users what they can do and what became of their requests, and each asks what to do next; see
/// docs/orchestrate.md. Stopping it finishes what it accepted, and writes what it knows.
/// </summary>
public sealed partial class OrchestratorServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly NodeState _state;
    private readonly DecisionLoop _loop;
    private readonly IReadOnlyList<IDisposable> _parts;
    private bool _stopped;
    private bool _disposed;

    private OrchestratorServer(WebApplication app, FleetOrchestrator fleet, NodeState state, DecisionLoop loop, string url, IReadOnlyList<IDisposable> parts)
    {
        _app = app;
        _state = state;
        _loop = loop;
        _parts = parts;
        Fleet = fleet;
        Url = url;
    }

    /// <summary>The address at which it listens, with the port that it got.</summary>
    public string Url { get; }

    /// <summary>Who decides.</summary>
    public FleetOrchestrator Fleet { get; }

    /// <summary>Starts an orchestrator; it listens when the task ends.</summary>
    /// <param name="options">How it is set up.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IsthmusException">An option is out of range, the folder of policies cannot be read, or the address is taken.</exception>
    public static async Task<OrchestratorServer> StartAsync(OrchestratorOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ListenAddress address = ListenAddress.Parse(options.Listen);
        FleetOrchestrator fleet = new(options);
        OrchestratorTelemetry telemetry = new(fleet);
        PrometheusText metrics = new(telemetry.Meter);
        NodeState state = new();
        List<IDisposable> parts = [metrics, telemetry, state];

        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "isthmus" });
        ServerSetup.AddLogging(builder.Logging, options.LogFormat);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = Timeout.InfiniteTimeSpan);
        builder.Services.AddSingleton(options).AddSingleton(fleet).AddSingleton(telemetry).AddSingleton(metrics).AddSingleton(state).AddSingleton(options.Clock)
            .AddSingleton<ErrorAnswers>().AddSingleton<OrchestratorEndpoints>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => ServerSetup.Configure(kestrel, address, OrchestrationLimits.MaxBody + 1, options.Clock));

        WebApplication app = builder.Build();
        DecisionLoop? loop = null;
        try
        {
            app.Use(app.Services.GetRequiredService<ErrorAnswers>().InvokeAsync);
            app.UseRouting();
            app.Services.GetRequiredService<OrchestratorEndpoints>().Map(app);
            app.MapFallback(_ => throw new NodeRefusal(404, "There is nothing at this address; docs/orchestrate.md lists what an orchestrator answers."));
            ILogger logger = app.Services.GetRequiredService<ILogger<OrchestratorServer>>();
            foreach (string refused in fleet.RefusedPolicies) Log.Refused(logger, refused);
            if (fleet.Policy is { } policy) Log.Restored(logger, policy);
            loop = new(fleet, options, telemetry, app.Services.GetRequiredService<ILogger<DecisionLoop>>());
            try
            {
                await app.StartAsync(cancellationToken);
            }
            catch (Exception e) when (e is IOException or SocketException)
            {
                throw new IsthmusException(
                    ErrorKind.Usage, $"The orchestrator cannot listen at {options.Listen}: {(e.InnerException is AddressInUseException ? "the port is taken" : e.Message.TrimEnd('.'))}; choose another with --listen.", e);
            }

            string bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
            OrchestratorServer server = new(app, fleet, state, loop, address.Url(new Uri(bound).Port), parts);
            Log.Listening(logger, server.Url, options.Learner.Name);
            return server;
        }
        catch
        {
            if (loop is not null) await loop.DisposeAsync();
            await app.DisposeAsync();
            foreach (IDisposable part in parts) part.Dispose();
            throw;
        }
    }

    /// <summary>Stops accepting requests, finishes those that were accepted, writes what it knows, and stops.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        if (_stopped) return;
        _stopped = true;
        _state.IsStopping = true;
        await _state.IdleAsync(cancellationToken);
        await _loop.DisposeAsync();
        await _app.StopAsync(cancellationToken);
    }

    /// <summary>Stops, if it was not stopped before, and gives everything back.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_stopped) await StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        foreach (IDisposable part in _parts) part.Dispose();
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 20, Level = LogLevel.Information, Message = "The orchestrator listens at {Url}; {Learner} learns")]
        public static partial void Listening(ILogger logger, string url, string learner);

        [LoggerMessage(EventId = 21, Level = LogLevel.Warning, Message = "A policy was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string reason);

        [LoggerMessage(EventId = 22, Level = LogLevel.Information, Message = "What is known was restored from {Policy}")]
        public static partial void Restored(ILogger logger, string policy);
    }
}
