using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Running;

/// <summary>What became of one picture of a run. Its JSON is what scripts rely on.</summary>
public sealed record ImageReport
{
    /// <summary>The picture's path within the folder.</summary>
    public required string File { get; init; }

    /// <summary>The best class; null if there is no answer.</summary>
    public ClassScore? Top1 { get; init; }

    /// <summary>The five best classes, best first; empty if there is no answer.</summary>
    public ImmutableArray<ClassScore> Top5 { get; init; } = [];

    /// <summary>The index of the class that is on the picture; null if that is not known.</summary>
    public int? Label { get; init; }

    /// <summary>The plan in one line; null if none was chosen.</summary>
    public string? Plan { get; init; }

    /// <summary>Where each part ran.</summary>
    public ImmutableArray<SegmentPlace> Where { get; init; } = [];

    /// <summary>Why this plan.</summary>
    public string Why { get; init; } = "";

    /// <summary>Where the milliseconds went; null if there is no answer.</summary>
    public StageTimes? Ms { get; init; }

    /// <summary>What the plan was predicted to take; null if that is not known.</summary>
    public Milliseconds? PredictedMs { get; init; }

    /// <summary>Bytes sent, over all links together.</summary>
    public long BytesSent { get; init; }

    /// <summary>How much of the picture was used, if it crossed in a progressive form; null if not.</summary>
    public InputUse? Input { get; init; }

    /// <summary>What the device's own network said first, in a cascade; null without one.</summary>
    public CascadeStep? Cascade { get; init; }

    /// <summary>What a re-check gave, if everything was sent to check a part; null if not.</summary>
    public Recheck? Recheck { get; init; }

    /// <summary>What crossed each link.</summary>
    public ImmutableArray<HopTransfer> Hops { get; init; } = [];

    /// <summary>Whether anything of this was emulated.</summary>
    public bool Emulated { get; init; }

    /// <summary>What was emulated.</summary>
    public ImmutableArray<string> EmulatedParts { get; init; } = [];

    /// <summary>What happened instead of the plan, and why; null if the plan was carried out.</summary>
    public string? Fallback { get; init; }

    /// <summary>The nodes on which the picture waited for a segment to be loaded.</summary>
    public ImmutableArray<string> Cold { get; init; } = [];

    /// <summary>Whether the answer came after its deadline.</summary>
    public bool Late { get; init; }

    /// <summary>Why there is no answer; null if there is one.</summary>
    public string? Error { get; init; }

    /// <summary>The kind of that error.</summary>
    [JsonIgnore]
    public Core.Errors.ErrorKind? ErrorKind { get; init; }

    /// <summary>Whether there is an answer.</summary>
    [JsonIgnore]
    public bool IsAnswered => Top1 is not null;

    /// <summary>The report of an answer.</summary>
    public static ImageReport Of(LabelledImage image, PlanChoice choice, ImageAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(choice);
        ArgumentNullException.ThrowIfNull(answer);
        return new()
        {
            File = image.Name,
            Top1 = answer.Top[0],
            Top5 = answer.Top,
            Label = image.ClassIndex,
            Plan = choice.Plan.Describe(),
            Where = answer.Where,
            Why = choice.Why,
            Ms = answer.Times,
            PredictedMs = choice.Predicted,
            BytesSent = answer.BytesSent.Value,
            Input = answer.Input,
            Recheck = answer.Recheck,
            Cascade = answer.Cascade,
            Hops = answer.Hops,
            Emulated = answer.Emulated.Length > 0,
            EmulatedParts = answer.Emulated,
            Fallback = answer.Fallback,
            Cold = answer.Cold,
            Late = answer.IsLate,
        };
    }
}
