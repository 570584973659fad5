using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>
/// What the planner is asked. When only links, ratios or queues change, change them with `with` and plan again: the profile's index
/// is shared, and that is most of the work.
/// </summary>
public sealed record PlanningRequest
{
    /// <summary>Asks about a profile.</summary>
    /// <exception cref="IsthmusException">The profile breaks a rule.</exception>
    public PlanningRequest(Profile profile)
        : this(ProfileIndex.Of(profile))
    {
    }

    /// <summary>Asks about a profile that is indexed already.</summary>
    public PlanningRequest(ProfileIndex index)
    {
        ArgumentNullException.ThrowIfNull(index);
        Index = index;
    }

    /// <summary>The profile, indexed.</summary>
    public ProfileIndex Index { get; private init; }

    /// <summary>The profile.</summary>
    public Profile Profile => Index.Profile;

    /// <summary>What to minimise; default: the latency.</summary>
    public Objective Objective { get; init; } = Objective.Latency;

    /// <summary>What a plan must satisfy; default: nothing.</summary>
    public Constraints Constraints { get; init; } = Constraints.None;

    /// <summary>What may be chosen; default: everything.</summary>
    public SearchSpace Space { get; init; } = SearchSpace.All;

    /// <summary>Which stages of a plan count; default: all of them.</summary>
    public CostTerms Terms { get; init; }

    /// <summary>Links that are now different from the profile's, or new; the profile's other links stay. Default: none.</summary>
    public ImmutableArray<LinkProfile> Links { get; init; } = [];

    /// <summary>What running has taught about the nodes; default: nothing, they are as profiled.</summary>
    public ImmutableArray<MeasuredRatio> Ratios { get; init; } = [];

    /// <summary>Known waiting times, by node; default: none, zero.</summary>
    public ImmutableDictionary<string, Milliseconds> Queues { get; init; } = ImmutableDictionary<string, Milliseconds>.Empty;

    /// <summary>Where the time of a segment may come from; default: from measurements of whole segments only.</summary>
    public SegmentTimes Segments { get; init; }

    /// <summary>Which number of a setting counts as its accuracy loss; default: the smoothed one.</summary>
    public LossEstimate Loss { get; init; }

    /// <summary>
    /// The networks among which to choose, all profiled on the same nodes; <see cref="Index"/> is one of them. Default: none, and then only that is planned.
    /// <see cref="Plan.Model"/> says which was chosen.
    /// </summary>
    public ImmutableArray<PlanVariant> Variants { get; init; } = [];

    /// <summary>The variant that is <see cref="Index"/>.</summary>
    /// <exception cref="IsthmusException">It is not among the variants.</exception>
    public PlanVariant Variant => Variants.IsEmpty ? new(Index, 0) : Variants.FirstOrDefault(v => v.Index == Index)
        ?? throw new IsthmusException(ErrorKind.Usage, $"The profile of {Profile.ModelName} is not among the variants that are planned.");

    /// <summary>The device on which the image is; default: the only one, or every device of the profile is tried.</summary>
    public string? Device { get; init; }

    /// <summary>The same question about the one variant that a plan is for.</summary>
    /// <exception cref="IsthmusException">None of the variants is that network.</exception>
    public PlanningRequest Choosing(ModelHash model) => Variants.IsEmpty && Profile.Model == model ? this
        : Variants.FirstOrDefault(v => v.Index.Profile.Model == model) is { } variant ? this with { Index = variant.Index, Variants = [variant] }
        : throw new IsthmusException(ErrorKind.Planning, $"The plan is for the model {model.Short}, of which there is no profile: plan again with these.");

    /// <summary>How many plans to rank; default 10.</summary>
    public int Top { get; init; } = 10;

    /// <summary>Whether the Pareto set is wanted; default: yes. Without it, planning takes less time.</summary>
    public bool WithPareto { get; init; } = true;

    /// <summary>The quantities of the Pareto set; default: latency, bytes and loss.</summary>
    public ParetoAxes ParetoAxes { get; init; } = ParetoAxes.Default;
}
