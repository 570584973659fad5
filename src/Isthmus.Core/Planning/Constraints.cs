using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning;

/// <summary>What a plan must satisfy. By default nothing is constrained.</summary>
public sealed record Constraints
{
    // Losses are sums of fractions: 0.1 + 0.2 must satisfy 0.3.
    private const double Tolerance = 1e-9;

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

    /// <summary>Checks the numbers, and that forbidden nodes exist.</summary>
    /// <exception cref="IsthmusException">A number is out of range, or a node is not in the profile.</exception>
    public void Validate(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (MaxBytes is { Value: < 0 })
            throw new IsthmusException(ErrorKind.Usage, "The limit on bytes must be zero or more.");
        if (MaxLatency is { } latency && !(latency.Value >= 0))
            throw new IsthmusException(ErrorKind.Usage, "The limit on milliseconds must be zero or more.");
        if (MaxAccuracyLoss is { } loss && loss is not (>= 0 and <= 1))
            throw new IsthmusException(ErrorKind.Usage, "The limit on accuracy loss is a share from 0 to 1, such as 0.01 for one percent.");
        if (Tiers is { Length: 0 })
            throw new IsthmusException(ErrorKind.Usage, "At least one tier must be allowed.");
        if (ForbiddenNodes.FirstOrDefault(n => profile.Nodes.All(p => p.Name != n)) is { } unknown)
            throw new IsthmusException(ErrorKind.Usage, $"The node '{unknown}' cannot be forbidden: the profile knows {string.Join(", ", profile.Nodes.Select(n => n.Name))}.");
    }

    /// <summary>Whether a node may run a segment.</summary>
    public bool Allows(NodeProfile node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return (Tiers is not { } tiers || tiers.Contains(node.Tier)) && !ForbiddenNodes.Contains(node.Name);
    }

    internal bool AllowsBytes(long bytes) => MaxBytes is not { } max || bytes <= max.Value;

    internal bool AllowsLoss(double loss) => MaxAccuracyLoss is not { } max || loss <= max + Tolerance;

    internal bool AllowsLatency(double ms) => MaxLatency is not { } max || ms <= max.Value + Tolerance;
}
