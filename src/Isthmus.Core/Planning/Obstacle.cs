namespace Isthmus.Core.Planning;

/// <summary>One constraint that can be relaxed by itself, as <see cref="Infeasibility"/> weighs it against plans.</summary>
/// <param name="Change">What the change would be; its value and its advice are filled in when the value is known.</param>
/// <param name="Limit">The number that may not be exceeded; NaN for constraints that are no numbers.</param>
internal sealed record Obstacle(RelaxationChange Change, double Limit)
{
    public RelaxableConstraint Constraint => Change.Constraint;

    /// <summary>How far a value is beyond the limit, as a share of it. A limit near zero counts as a small one.</summary>
    public double Excess(double value) => (value - Limit) / Math.Max(Limit, Constraint switch
    {
        RelaxableConstraint.MaxBytes or RelaxableConstraint.MaxTierBytes => 1000,
        RelaxableConstraint.MaxLatency or RelaxableConstraint.MaxTierTime => 1,
        _ => 0.01,
    });

    /// <summary>The change to a value that admits what was found. Rounded up: the printed number must admit it, too.</summary>
    public RelaxationChange To(double value)
    {
        string tier = Change.Tier is { } t ? TierName.Of(t) : "";
        switch (Constraint)
        {
            case RelaxableConstraint.MaxBytes:
                return Change with { Value = value, Advice = $"allow --max-bytes {value}" };
            case RelaxableConstraint.MaxTierBytes:
                return Change with { Value = value, Advice = $"allow --max-tier-bytes {tier}={value}" };
            case RelaxableConstraint.MaxLatency:
                return Change with { Value = Milliseconds(value), Advice = $"allow --max-ms {Milliseconds(value)}" };
            case RelaxableConstraint.MaxTierTime:
                return Change with { Value = Milliseconds(value), Advice = $"allow --max-tier-time {tier}={Milliseconds(value)}ms" };
            case RelaxableConstraint.MaxAccuracyLoss:
                return Change with { Value = Share(value), Advice = $"allow --max-loss {Share(value)}" };
            case RelaxableConstraint.MaxTierShare:
                return Change with { Value = Share(value), Advice = $"allow --max-tier-time {tier}={Math.Round(Share(value) * 100, 2)}%" };
            default:
                return Change;
        }
    }

    private static double Milliseconds(double value) => Math.Ceiling((value * 1000) - 1e-7) / 1000;

    private static double Share(double value) => Math.Min(1, Math.Ceiling((value * 1e4) - 1e-6) / 1e4);
}
