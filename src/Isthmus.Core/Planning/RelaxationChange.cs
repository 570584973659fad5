using System.Collections.Immutable;

namespace Isthmus.Core.Planning;

/// <summary>One constraint's part in a <see cref="Relaxation"/>.</summary>
/// <param name="Constraint">The constraint.</param>
/// <param name="Value">The number that admits a plan: bytes, milliseconds or share; null for constraints that are no numbers.</param>
/// <param name="Advice">What to do, as a command-line user would say it, such as "allow --max-bytes 5320".</param>
public sealed record RelaxationChange(RelaxableConstraint Constraint, double? Value, string Advice)
{
    /// <summary>The node that the constraint is about; null if it is about none, or about all that it names.</summary>
    public string? Node { get; init; }

    /// <summary>The tier that the constraint is about; null if it is about none, or about all that it names.</summary>
    public Tier? Tier { get; init; }

    /// <summary>The placement that the constraint is about; null if it is about none, or about all that it names.</summary>
    public LayerPlacement? Placement { get; init; }

    /// <summary>The constraints after this change.</summary>
    public Constraints ApplyTo(Constraints constraints)
    {
        ArgumentNullException.ThrowIfNull(constraints);
        Constraints c = constraints;
        return Constraint switch
        {
            RelaxableConstraint.MaxBytes => c with { MaxBytes = new((long)Value!.Value) },
            RelaxableConstraint.MaxLatency => c with { MaxLatency = new(Value!.Value) },
            RelaxableConstraint.MaxAccuracyLoss => c with { MaxAccuracyLoss = Value },
            RelaxableConstraint.Tiers => c with { Tiers = Tier is { } tier ? c.Tiers?.Add(tier) : null },
            RelaxableConstraint.ForbiddenNodes => c with { ForbiddenNodes = Without(c.ForbiddenNodes, Node) },
            RelaxableConstraint.KeepInputOnDevice => c with { KeepInputOnDevice = false },
            RelaxableConstraint.RequiredNodes => c with { RequiredNodes = Without(c.RequiredNodes, Node) },
            RelaxableConstraint.RequiredTiers => c with { RequiredTiers = Without(c.RequiredTiers, Tier) },
            RelaxableConstraint.ForbiddenTiers => c with { ForbiddenTiers = Without(c.ForbiddenTiers, Tier) },
            RelaxableConstraint.Placements => c with { Placements = Placement is null ? [] : c.Placements.RemoveAll(p => p == Placement) },
            RelaxableConstraint.MaxTierTime => c with
            {
                MaxTierTime = [.. c.MaxTierTime.Select(l => l.Tier == Tier && l.Time is { } time ? l with { Time = new(Math.Max(time.Value, Value!.Value)) } : l)],
            },
            RelaxableConstraint.MaxTierShare => c with
            {
                MaxTierTime = [.. c.MaxTierTime.Select(l => l.Tier == Tier && l.Share is { } share ? l with { Share = Math.Max(share, Value!.Value) } : l)],
            },
            _ => c with { MaxTierBytes = [.. c.MaxTierBytes.Select(l => l.Tier == Tier ? l with { Bytes = new(Math.Max(l.Bytes.Value, (long)Value!.Value)) } : l)] },
        };
    }

    private static ImmutableArray<T> Without<T>(ImmutableArray<T> all, T? one)
        where T : class => one is null ? [] : all.RemoveAll(x => Equals(x, one));

    private static ImmutableArray<T> Without<T>(ImmutableArray<T> all, T? one)
        where T : struct => one is null ? [] : all.RemoveAll(x => Equals(x, one.Value));
}
