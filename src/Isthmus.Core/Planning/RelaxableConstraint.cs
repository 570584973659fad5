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
}
