namespace Isthmus.Core.Planning;

/// <summary>A constraint that can be the reason why there is no plan.</summary>
public enum RelaxableConstraint
{
    /// <summary><see cref="Constraints.MaxBytes"/>.</summary>
    MaxBytes,

    /// <summary><see cref="Constraints.MaxLatency"/>.</summary>
    MaxLatency,

    /// <summary><see cref="Constraints.MaxAccuracyLoss"/>.</summary>
    MaxAccuracyLoss,

    /// <summary>One tier that <see cref="Constraints.Tiers"/> leaves out.</summary>
    Tiers,

    /// <summary>One of <see cref="Constraints.ForbiddenNodes"/>.</summary>
    ForbiddenNodes,

    /// <summary><see cref="Constraints.KeepInputOnDevice"/>.</summary>
    KeepInputOnDevice,

    /// <summary>One of <see cref="Constraints.RequiredNodes"/>.</summary>
    RequiredNodes,

    /// <summary>One of <see cref="Constraints.RequiredTiers"/>.</summary>
    RequiredTiers,

    /// <summary>One of <see cref="Constraints.ForbiddenTiers"/>.</summary>
    ForbiddenTiers,

    /// <summary>One of <see cref="Constraints.Placements"/>.</summary>
    Placements,

    /// <summary>The milliseconds of one of <see cref="Constraints.MaxTierTime"/>.</summary>
    MaxTierTime,

    /// <summary>The share of one of <see cref="Constraints.MaxTierTime"/>.</summary>
    MaxTierShare,

    /// <summary>One of <see cref="Constraints.MaxTierBytes"/>.</summary>
    MaxTierBytes,
}
