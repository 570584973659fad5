using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;

namespace Isthmus.Runtime.Pipelines;

/// <summary>The answer for one picture: the classes, where each part ran, and where the milliseconds and bytes went.</summary>
public sealed record ImageAnswer
{
    /// <summary>The picture's name.</summary>
    public required string File { get; init; }

    /// <summary>The best classes, best first; at most five.</summary>
    public required ImmutableArray<ClassScore> Top { get; init; }

    /// <summary>The plan that was asked for.</summary>
    public required Plan Plan { get; init; }

    /// <summary>Where each part really ran.</summary>
    public required ImmutableArray<SegmentPlace> Where { get; init; }

    /// <summary>Where the milliseconds went.</summary>
    public required StageTimes Times { get; init; }

    /// <summary>What crossed each link, in order. Requests that failed count with what they sent, as far as that is known.</summary>
    public required ImmutableArray<HopTransfer> Hops { get; init; }

    /// <summary>How much of the picture was used, if it crossed in a progressive form; null if not.</summary>
    public InputUse? Input { get; init; }

    /// <summary>What the device's own network said first, in a cascade; null without one.</summary>
    public Running.CascadeStep? Cascade { get; init; }

    /// <summary>What a re-check gave, if everything was sent to check a part; null if not.</summary>
    public Recheck? Recheck { get; init; }

    /// <summary>When the picture kept which stage busy, in the order in which it passed through them.</summary>
    public ImmutableArray<StageSpan> Spans { get; init; } = [];

    /// <summary>What happened instead of the plan, and why; null if the plan was carried out.</summary>
    public string? Fallback { get; init; }

    /// <summary>The nodes, the device among them, on which the picture waited for a segment to be loaded; empty as a rule.</summary>
    public ImmutableArray<string> Cold { get; init; } = [];

    /// <summary>Whether the answer came after its deadline.</summary>
    public bool IsLate { get; init; }

    /// <summary>Bytes sent by all nodes together.</summary>
    public ByteCount BytesSent => new(Hops.Sum(h => h.Bytes.Value));

    /// <summary>What of this was emulated, such as "device slowed down 8×"; empty if nothing was.</summary>
    public ImmutableArray<string> Emulated { get; init; } = [];
}
