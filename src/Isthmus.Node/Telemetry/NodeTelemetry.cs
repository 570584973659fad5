using System.Diagnostics;
using System.Diagnostics.Metrics;
using Isthmus.Node.Admission;
using Isthmus.Node.Execution;
using Isthmus.Node.Models;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Node.Telemetry;

/// <summary>What a node counts and measures of itself. One meter per node, so that nodes in one process do not mix.</summary>
internal sealed class NodeTelemetry : IDisposable
{
    /// <summary>The name of the meter and of the activity source.</summary>
    public const string Name = "Isthmus.Node";

    private readonly Counter<long> _requests;
    private readonly Counter<long> _fallbacks;
    private readonly Counter<long> _models;
    private readonly Counter<long> _open;
    private readonly Counter<long> _checks;
    private readonly Histogram<double> _duration;
    private readonly Histogram<double> _stage;
    private long _arrived;
    private long _answered;
    private long _refused;
    private long _invalid;
    private long _expired;
    private long _cancelled;
    private long _failed;
    private long _fallbackCount;
    private long _modelCount;
    private long _cold;
    private long _declined;

    /// <summary>Creates the instruments.</summary>
    public NodeTelemetry(WorkQueue queue, SegmentLoader loader)
    {
        Meter = new Meter(Name);
        Activities = new ActivitySource(Name);
        _requests = Meter.CreateCounter<long>("isthmus.requests", description: "Inference requests by how they ended.");
        _fallbacks = Meter.CreateCounter<long>("isthmus.fallbacks", description: "Answers that this node finished itself because the next one failed.");
        _models = Meter.CreateCounter<long>("isthmus.models.received", description: "Models that were sent to this node.");
        _checks = Meter.CreateCounter<long>("isthmus.parts.checked", description: "Parts of pictures that were looked at beside the whole, by whether they had the same first class.");
        _open = Meter.CreateCounter<long>("isthmus.inputs.open", description: "Answers from inputs that were allowed to end early, by whether all of them came.");
        _duration = Meter.CreateHistogram<double>("isthmus.request.duration", "s", "From the last byte of an inference request to its answer.");
        _stage = Meter.CreateHistogram<double>("isthmus.stage.duration", "s", "Time of each stage of an inference request.");
        Meter.CreateObservableGauge("isthmus.queue.waiting", () => queue.Waiting, description: "Requests that wait for a worker.");
        Meter.CreateObservableGauge("isthmus.workers.busy", () => queue.Busy, description: "Workers that are busy.");
        Meter.CreateObservableGauge("isthmus.sessions", () => loader.SessionCount, description: "Sessions that are loaded.");
        Meter.CreateObservableGauge("isthmus.sessions.memory", () => loader.SessionBytes, "By", "Estimated memory of the loaded sessions.");
        Meter.CreateObservableCounter("isthmus.sessions.loaded", () => loader.Loaded, description: "Sessions that were loaded.");
        Meter.CreateObservableCounter("isthmus.sessions.evicted", () => loader.Evicted, description: "Sessions that were dropped for want of memory.");
        Meter.CreateObservableCounter("isthmus.sessions.ahead", () => loader.LoadedAhead, description: "Sessions that were loaded ahead of need.");
        Meter.CreateObservableCounter("isthmus.sessions.ahead.hits", () => loader.Hits, description: "Sessions that were loaded ahead and needed afterwards.");
        Meter.CreateObservableCounter("isthmus.sessions.ahead.declined", () => Read(ref _declined), description: "Wishes to load ahead that were declined.");
        Meter.CreateObservableCounter("isthmus.requests.cold", () => Read(ref _cold), description: "Requests that waited for a session to be loaded.");
        Meter.CreateObservableGauge("isthmus.process.memory", () => Environment.WorkingSet, "By", "Memory of the process.");
    }

    /// <summary>The instruments.</summary>
    public Meter Meter { get; }

    /// <summary>The source of traces.</summary>
    public ActivitySource Activities { get; }

    /// <summary>Requests that arrived, were answered, refused, invalid, expired, cancelled, failed; fallbacks; models received.</summary>
    public (long Arrived, long Answered, long Refused, long Invalid, long Expired, long Cancelled, long Failed, long Fallbacks, long Models) Counts =>
        (Read(ref _arrived), Read(ref _answered), Read(ref _refused), Read(ref _invalid), Read(ref _expired), Read(ref _cancelled), Read(ref _failed),
            Read(ref _fallbackCount), Read(ref _modelCount));

    /// <summary>An inference request arrived.</summary>
    public void CountArrival() => Interlocked.Increment(ref _arrived);

    /// <summary>An answer was made of an input that was allowed to end early.</summary>
    public void CountArrival(Arrival arrival) =>
        _open.Add(1, new KeyValuePair<string, object?>("came", arrival.IsWhole ? "whole" : arrival.IsCut ? "cut" : "ended"));

    /// <summary>A part of a picture was looked at beside the whole.</summary>
    public void CountCheck(bool agrees) => _checks.Add(1, new KeyValuePair<string, object?>("agrees", agrees ? "yes" : "no"));

    /// <summary>An inference request ended.</summary>
    /// <param name="status">The HTTP status; 499 if the caller went away.</param>
    /// <param name="seconds">How long it took since its last byte arrived.</param>
    public void CountEnd(int status, double seconds)
    {
        string outcome;
        switch (status)
        {
            case < 400: outcome = "answered"; Interlocked.Increment(ref _answered); break;
            case 429 or 503: outcome = "refused"; Interlocked.Increment(ref _refused); break;
            case 499: outcome = "cancelled"; Interlocked.Increment(ref _cancelled); break;
            case 504: outcome = "expired"; Interlocked.Increment(ref _expired); break;
            case < 500: outcome = "invalid"; Interlocked.Increment(ref _invalid); break;
            default: outcome = "failed"; Interlocked.Increment(ref _failed); break;
        }

        _requests.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        if (status < 400) _duration.Record(seconds);
    }

    /// <summary>This node ran what the next one should have.</summary>
    public void CountFallback()
    {
        Interlocked.Increment(ref _fallbackCount);
        _fallbacks.Add(1);
    }

    /// <summary>Requests that waited for a session to be loaded.</summary>
    public long Cold => Read(ref _cold);

    /// <summary>Wishes to load ahead that were declined.</summary>
    public long Declined => Read(ref _declined);

    /// <summary>A wish to load ahead was declined.</summary>
    public void CountDeclined() => Interlocked.Increment(ref _declined);

    /// <summary>A model was sent.</summary>
    public void CountModel()
    {
        Interlocked.Increment(ref _modelCount);
        _models.Add(1);
    }

    /// <summary>The stages of a request.</summary>
    public void Record(Stages stages)
    {
        if (stages.IsCold) Interlocked.Increment(ref _cold);
        Record("queue", stages.Queue.Value);
        Record("decode", stages.Decode.Value);
        Record("unpack", stages.Unpack.Value);
        Record("run", stages.Run.Value);
        Record("encode", stages.Encode.Value);
        Record("forward", stages.Forward.Value);
    }

    public void Dispose()
    {
        Meter.Dispose();
        Activities.Dispose();
    }

    private void Record(string stage, double milliseconds)
    {
        if (milliseconds > 0) _stage.Record(milliseconds / 1000, new KeyValuePair<string, object?>("stage", stage));
    }

    private static long Read(ref long value) => Interlocked.Read(ref value);
}
