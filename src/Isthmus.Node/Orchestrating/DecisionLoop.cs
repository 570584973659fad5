using Isthmus.Core.Errors;
using Microsoft.Extensions.Logging;

namespace Isthmus.Node.Orchestrating;

/// <summary>Decides in the background: at an interval, and soon after something changed.</summary>
internal sealed partial class DecisionLoop : IAsyncDisposable
{
    // Users that come together are decided together.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(10);

    private readonly FleetOrchestrator _fleet;
    private readonly OrchestratorOptions _options;
    private readonly OrchestratorTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly Task _running;

    /// <summary>Starts.</summary>
    public DecisionLoop(FleetOrchestrator fleet, OrchestratorOptions options, OrchestratorTelemetry telemetry, ILogger<DecisionLoop> logger)
    {
        _fleet = fleet;
        _options = options;
        _telemetry = telemetry;
        _logger = logger;
        fleet.Changed = Change;
        _running = Task.Run(() => RunAsync(_stop.Token));
    }

    /// <summary>Stops, and writes what is known.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        await _running;
        _fleet.Changed = null;
        try
        {
            _fleet.Save();
        }
        catch (IsthmusException e)
        {
            Log.NotSaved(_logger, e.Message);
        }

        _stop.Dispose();
        _changed.Dispose();
    }

    private void Change()
    {
        try
        {
            if (_changed.CurrentCount == 0) _changed.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // It is known already, or it is over.
        }
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            long began = _options.Clock.GetTimestamp();
            try
            {
                _fleet.Tick();
            }
            catch (Exception e)
            {
                // Users go on with what was decided; the next tick may be better.
                Log.Failed(_logger, e);
            }

            _telemetry.CountTick(_options.Clock.GetElapsedTime(began).TotalSeconds);
            try
            {
                if (await _changed.WaitAsync(_options.Interval, cancellationToken)) await Task.Delay(Gather, _options.Clock, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 30, Level = LogLevel.Error, Message = "A decision failed; users go on with the one before")]
        public static partial void Failed(ILogger logger, Exception error);

        [LoggerMessage(EventId = 31, Level = LogLevel.Error, Message = "What is known was not written: {Reason}")]
        public static partial void NotSaved(ILogger logger, string reason);
    }
}
