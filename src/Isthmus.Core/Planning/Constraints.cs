using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>What a plan must satisfy. By default nothing is constrained.</summary>
public sealed record Constraints
{
    /// <summary>The most entries that a list of constraints may have.</summary>
    public const int MaxEntries = 10_000;

    // Losses and times are sums: 0.1 + 0.2 must satisfy 0.3.
    internal const double Tolerance = 1e-9;

    /// <summary>No constraint.</summary>
    public static Constraints None { get; } = new();

    /// <summary>The most bytes that may leave the device for one image; default: any number.</summary>
    public ByteCount? MaxBytes { get; init; }

    /// <summary>The longest predicted latency; default: any.</summary>
    public Milliseconds? MaxLatency { get; init; }

    /// <summary>The largest accuracy loss, 0…1; default: 1, any.</summary>
    public double? MaxAccuracyLoss { get; init; }

    /// <summary>The tiers that may run segments; default: all. The device may encode and send even if it is not among them.</summary>
    public ImmutableArray<Tier>? Tiers { get; init; }

    /// <summary>Nodes that may run nothing; default: none.</summary>
    public ImmutableArray<string> ForbiddenNodes { get; init; } = [];

    /// <summary>
    /// Whether the raw input may not leave the device; default: it may. If not, the first segment runs on the device and computes
    /// something: its cut has multiply-accumulates before it.
    /// </summary>
    public bool KeepInputOnDevice { get; init; }

    /// <summary>Nodes each of which must run a segment; default: none.</summary>
    public ImmutableArray<string> RequiredNodes { get; init; } = [];

    /// <summary>Tiers each of which must run a segment; default: none.</summary>
    public ImmutableArray<Tier> RequiredTiers { get; init; } = [];

    /// <summary>Tiers that may run nothing, beside those that <see cref="Tiers"/> leaves out; default: none.</summary>
    public ImmutableArray<Tier> ForbiddenTiers { get; init; } = [];

    /// <summary>Layers that must, or must not, be computed on a tier; default: none.</summary>
    public ImmutableArray<LayerPlacement> Placements { get; init; } = [];

    /// <summary>How much a tier may compute; default: any time.</summary>
    public ImmutableArray<TierTimeLimit> MaxTierTime { get; init; } = [];

    /// <summary>How many bytes may leave a tier; default: any number.</summary>
    public ImmutableArray<TierByteLimit> MaxTierBytes { get; init; } = [];

    /// <summary>Checks the numbers, and that what is named exists.</summary>
    /// <exception cref="IsthmusException">A number is out of range, or a node or layer is not in the profile.</exception>
    public void Validate(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (MaxBytes is { Value: < 0 })
            throw new IsthmusException(ErrorKind.Usage, "The limit on bytes must be zero or more.");
        if (MaxLatency is { } latency && !(latency.Value >= 0))
            throw new IsthmusException(ErrorKind.Usage, "The limit on milliseconds must be zero or more.");
        if (MaxAccuracyLoss is { } loss && loss is not (>= 0 and <= 1))
            throw new IsthmusException(ErrorKind.Usage, "The limit on accuracy loss is a share from 0 to 1, such as 0.01 for one percent.");
        if (Tiers is { } tiers)
        {
            if (tiers.IsDefaultOrEmpty) throw new IsthmusException(ErrorKind.Usage, "At least one tier must be allowed.");
            Known(tiers);
        }

        ValidateNames(profile);
        ValidateTiers(profile);
    }

    /// <summary>Whether a node may run a segment.</summary>
    public bool Allows(NodeProfile node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return (Tiers is not { } tiers || tiers.Contains(node.Tier)) && !ForbiddenTiers.Contains(node.Tier) && !ForbiddenNodes.Contains(node.Name);
    }

    internal bool AllowsBytes(long bytes) => MaxBytes is not { } max || bytes <= max.Value;

    internal bool AllowsLoss(double loss) => MaxAccuracyLoss is not { } max || loss <= max + Tolerance;

    internal bool AllowsLatency(double ms) => MaxLatency is not { } max || ms <= max.Value + Tolerance;

    private void ValidateNames(Profile profile)
    {
        Listed(ForbiddenNodes);
        Listed(RequiredNodes);
        if (ForbiddenNodes.FirstOrDefault(n => profile.Nodes.All(p => p.Name != n)) is { } forbidden) throw Unknown(forbidden, "forbidden");
        if (RequiredNodes.FirstOrDefault(n => profile.Nodes.All(p => p.Name != n)) is { } required) throw Unknown(required, "required");

        IsthmusException Unknown(string name, string what) =>
            new(ErrorKind.Usage, $"The node '{name}' cannot be {what}: the profile knows {string.Join(", ", profile.Nodes.Select(n => n.Name))}.");
    }

    private void ValidateTiers(Profile profile)
    {
        Listed(RequiredTiers);
        Listed(ForbiddenTiers);
        Listed(Placements);
        Listed(MaxTierTime);
        Listed(MaxTierBytes);
        Known(RequiredTiers);
        Known(ForbiddenTiers);
        Known(Placements.Select(p => p.Tier));
        Known(MaxTierTime.Select(t => t.Tier));
        Known(MaxTierBytes.Select(t => t.Tier));
        LayerBlocks layers = new(profile);
        foreach (LayerPlacement placement in Placements) _ = layers.BlockOf(placement.Layer);
        foreach (TierTimeLimit limit in MaxTierTime)
        {
            if (limit.Time is null == limit.Share is null)
                throw new IsthmusException(ErrorKind.Usage, "A limit on the time of a tier is either a time or a share, such as edge=50ms or edge=30%.");
            if (limit.Time is { } time && !(time.Value >= 0))
                throw new IsthmusException(ErrorKind.Usage, "The limit on the time of a tier must be zero or more.");
            if (limit.Share is { } share && share is not (>= 0 and <= 1))
                throw new IsthmusException(ErrorKind.Usage, "The limit on the share of a tier is from 0 to 100 %.");
        }

        if (MaxTierBytes.Any(b => b.Bytes.Value < 0))
            throw new IsthmusException(ErrorKind.Usage, "The limit on the bytes of a tier must be zero or more.");
    }

    private static void Known(IEnumerable<Tier> tiers)
    {
        if (tiers.Any(t => !Enum.IsDefined(t))) throw new IsthmusException(ErrorKind.Usage, "A constraint names a tier that is none of device, edge and cloud.");
    }

    private static void Listed<T>(ImmutableArray<T> list)
    {
        if (list.IsDefault || list.Length > MaxEntries || list.Any(x => x is null))
            throw new IsthmusException(ErrorKind.Usage, $"A list of constraints is absent, has an entry that is absent, or has more than {MaxEntries}.");
    }
}
