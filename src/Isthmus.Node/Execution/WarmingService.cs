using Isthmus.Core.Quantities;
using Isthmus.Node.Admission;
using Isthmus.Node.Models;
using Isthmus.Node.Telemetry;
using Isthmus.Runtime.Protocol;
using Microsoft.Extensions.Logging;

namespace Isthmus.Node.Execution;

/// <summary>
/// Makes segments ready before requests need them. It takes no worker, so requests never wait for it; one is loaded at a time, and a guess
/// is declined while requests wait or all workers are busy.
/// </summary>
internal sealed partial class WarmingService(WorkQueue queue, SegmentLoader loader, NodeOptions options, NodeTelemetry telemetry, ILogger<WarmingService> logger) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>Makes a segment ready, or declines.</summary>
    /// <exception cref="Core.Errors.IsthmusException">The model is damaged, or the tensors are no cuts of it.</exception>
    public async Task<WarmReply> WarmAsync(StoredModel model, WarmRequest request, CancellationToken cancellationToken)
    {
        if (loader.IsReady(model, request.From, request.To)) return new(WarmOutcome.Ready, null, Milliseconds.Zero, loader.SessionBytes);
        if (!request.Urgent)
        {
            if (queue.Waiting > 0) return Decline("requests wait");
            if (queue.Busy >= options.Workers) return Decline("all workers are busy");
        }

        if (!await _one.WaitAsync(request.Urgent ? Timeout.InfiniteTimeSpan : TimeSpan.Zero, cancellationToken)) return Decline("another segment is being loaded");
        try
        {
            long started = options.Clock.GetTimestamp();
            if (request.Urgent) (await loader.LoadAsync(model, request.From, request.To, cancellationToken)).Dispose();
            else if (!await loader.TryLoadAheadAsync(model, request.From, request.To, cancellationToken)) return Decline("there is no room without dropping what was used lately");
            Milliseconds load = Milliseconds.Since(options.Clock, started);
            Log.Warmed(logger, model.Name, load.Value);
            return new(WarmOutcome.Loaded, null, load, loader.SessionBytes);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private WarmReply Decline(string reason)
    {
        telemetry.CountDeclined();
        return new(WarmOutcome.Declined, reason, Milliseconds.Zero, loader.SessionBytes);
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 30, Level = LogLevel.Debug, Message = "A segment of {Model} was loaded ahead of need in {Milliseconds:0} ms")]
        public static partial void Warmed(ILogger logger, string model, double milliseconds);
    }
}
