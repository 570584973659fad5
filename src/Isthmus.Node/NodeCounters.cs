using System.Text.Json.Serialization;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Node;

/// <summary>What a node did since it started.</summary>
/// <param name="Node">Its name.</param>
/// <param name="Tier">Its tier.</param>
/// <param name="Url">The address at which it listened.</param>
/// <param name="Uptime">How long.</param>
/// <param name="Requests">Inference requests that arrived.</param>
/// <param name="Answered">Those that were answered with a result.</param>
/// <param name="Refused">Those that were refused for want of room or time: 429 and 503.</param>
/// <param name="Invalid">Those that were wrong in themselves: other 4xx.</param>
/// <param name="Expired">Those whose deadline passed: 504.</param>
/// <param name="Cancelled">Those whose caller went away.</param>
/// <param name="Failed">Those that failed through no fault of the caller: other 5xx.</param>
/// <param name="Fallbacks">Answers that this node finished itself because the next one failed.</param>
/// <param name="ModelsReceived">Models that were sent to it.</param>
/// <param name="SessionsLoaded">Sessions that were loaded.</param>
/// <param name="SessionsEvicted">Sessions that were dropped for want of memory.</param>
/// <param name="SessionsAhead">Sessions that were loaded ahead of need.</param>
/// <param name="SessionsAheadHits">Those of them that were needed afterwards.</param>
/// <param name="SessionsAheadDeclined">Wishes to load ahead that were declined.</param>
/// <param name="ColdRequests">Requests that waited for a session to be loaded.</param>
/// <param name="Slowdown">The factor by which computing was slowed down on purpose; 1 is none, anything else is emulated.</param>
/// <param name="Emulated">Whether <paramref name="Slowdown"/> is not 1.</param>
public sealed record NodeCounters(
    string Node,
    Tier Tier,
    string Url,
    [property: JsonPropertyName("uptimeMs")] Milliseconds Uptime,
    long Requests,
    long Answered,
    long Refused,
    long Invalid,
    long Expired,
    long Cancelled,
    long Failed,
    long Fallbacks,
    long ModelsReceived,
    long SessionsLoaded,
    long SessionsEvicted,
    long SessionsAhead,
    long SessionsAheadHits,
    long SessionsAheadDeclined,
    long ColdRequests,
    double Slowdown,
    bool Emulated);
