namespace Isthmus.Core.Planning.Explaining;

/// <summary>What one constraint costs: how much better the best plan would be if this constraint alone were dropped.</summary>
/// <param name="Constraint">Its kind.</param>
/// <param name="What">The constraint in words, such as "at most 5.0 kB leave the device".</param>
/// <param name="Price">The best plan's score − the score of the best plan without the constraint: zero or more, in the unit of the objective.</param>
/// <param name="Without">The best plan without the constraint; the best plan itself if the constraint costs nothing.</param>
/// <param name="RelaxTo">
/// The tightest number that admits any better plan: bytes, milliseconds or share; null if the constraint costs nothing or is not a number.
/// </param>
/// <param name="Next">The best plan with that number, or without a constraint that is not a number; null if the constraint costs nothing.</param>
/// <param name="NextPrice">The best plan's score − that plan's.</param>
/// <param name="Advice">What to change for it, as a command-line user would say it, such as "allow --max-bytes 5320"; empty if the constraint costs nothing.</param>
public sealed record ConstraintPrice(
    RelaxableConstraint Constraint, string What, double Price, RankedPlan Without, double? RelaxTo, RankedPlan? Next, double NextPrice, string Advice)
{
    /// <summary>Whether the constraint keeps a better plan out.</summary>
    public bool Binds => Next is not null;
}
