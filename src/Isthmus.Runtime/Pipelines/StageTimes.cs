using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>Where the milliseconds of one answer went. What cannot be told apart from one end is split as each member says; the parts add up to the total.</summary>
public sealed record StageTimes
{
    /// <summary>From an image's bytes to the input tensor, wherever that happened.</summary>
    public Milliseconds Decode { get; init; }

    /// <summary>Computing on the device.</summary>
    public Milliseconds Head { get; init; }

    /// <summary>Making frames or the input's encoding, on all nodes together.</summary>
    public Milliseconds Encode { get; init; }

    /// <summary>On the way outwards, all links together: the time on the way less <see cref="Return"/>.</summary>
    public Milliseconds Send { get; init; }

    /// <summary>Waiting for a free processor, on all nodes together.</summary>
    public Milliseconds Queue { get; init; }

    /// <summary>From frames to tensors.</summary>
    public Milliseconds Unpack { get; init; }

    /// <summary>Computing on a node that passes its output on.</summary>
    public Milliseconds Middle { get; init; }

    /// <summary>Computing on the node that answers, if that is not the device; or on the device after a tier failed.</summary>
    public Milliseconds Tail { get; init; }

    /// <summary>On the way back: half of the estimated round trip of each link, and the answer's transfer.</summary>
    public Milliseconds Return { get; init; }

    /// <summary>Lost waiting for a tier that failed or was too late; zero if none did.</summary>
    public Milliseconds Lost { get; init; }

    /// <summary>The rest: reading the file, parsing, copying, HTTP.</summary>
    public Milliseconds Overhead { get; init; }

    /// <summary>From the call to the answer.</summary>
    public Milliseconds Total { get; init; }

    /// <summary>What is told apart, without <see cref="Overhead"/> and <see cref="Total"/>.</summary>
    [JsonIgnore]
    public Milliseconds Known => Decode + Head + Encode + Send + Queue + Unpack + Middle + Tail + Return + Lost;

    /// <summary>The same stages with this total; what it exceeds them by is <see cref="Overhead"/>.</summary>
    internal StageTimes Completed(Milliseconds total) => this with { Total = total, Overhead = new(Math.Max(0, total.Value - Known.Value)) };
}
