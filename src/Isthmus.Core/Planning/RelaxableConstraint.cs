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

    /// <summary><see cref="Constraints.Tiers"/>.</summary>
    Tiers,

    /// <summary><see cref="Constraints.ForbiddenNodes"/>.</summary>
    ForbiddenNodes,

    /// <summary><see cref="Constraints.KeepInputOnDevice"/>.</summary>
    KeepInputOnDevice,

    /// <summary><see cref="Constraints.RequiredNodes"/>.</summary>
    RequiredNodes,

    /// <summary><see cref="Constraints.RequiredTiers"/>.</summary>
    RequiredTiers,

    /// <summary><see cref="Constraints.ForbiddenTiers"/>.</summary>
    ForbiddenTiers,

    /// <summary><see cref="Constraints.Placements"/>.</summary>
    Placements,

    /// <summary><see cref="Constraints.MaxTierTime"/>.</summary>
    MaxTierTime,

    /// <summary><see cref="Constraints.MaxTierBytes"/>.</summary>
    MaxTierBytes,
}
