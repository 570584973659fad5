using System.Collections.Immutable;
using Isthmus.Inference.Classification;

namespace Isthmus.Runtime.Pipelines;

/// <summary>What one way of finishing a picture gave. Several may be under way; exactly one becomes the answer.</summary>
/// <param name="Top">The classes.</param>
/// <param name="Times">The stages that this way added.</param>
/// <param name="Places">Where its parts ran.</param>
/// <param name="Hops">What crossed the links.</param>
/// <param name="Fallback">What a node did instead of what it was asked; null if nothing.</param>
internal sealed record Attempt(ImmutableArray<ClassScore> Top, StageTimes Times, ImmutableArray<SegmentPlace> Places, ImmutableArray<HopTransfer> Hops, string? Fallback)
{
    /// <summary>The nodes on which a segment had to be loaded first.</summary>
    public ImmutableArray<string> Cold { get; init; } = [];

    /// <summary>How much of the picture was used; null if none crossed in a progressive form.</summary>
    public InputUse? Input { get; init; }

    /// <summary>What a re-check gave; null if this was none.</summary>
    public Recheck? Recheck { get; init; }

    /// <summary>When it kept which stage busy.</summary>
    public ImmutableArray<StageSpan> Spans { get; init; } = [];

    /// <summary>The sum of two sets of stages, without total and overhead.</summary>
    public static StageTimes Sum(StageTimes a, StageTimes b) => new()
    {
        Decode = a.Decode + b.Decode,
        Head = a.Head + b.Head,
        Encode = a.Encode + b.Encode,
        Send = a.Send + b.Send,
        Queue = a.Queue + b.Queue,
        Unpack = a.Unpack + b.Unpack,
        Middle = a.Middle + b.Middle,
        Tail = a.Tail + b.Tail,
        Return = a.Return + b.Return,
        Lost = a.Lost + b.Lost,
    };
}
