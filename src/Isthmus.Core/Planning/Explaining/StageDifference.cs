using Isthmus.Core.Quantities;

namespace Isthmus.Core.Planning.Explaining;

/// <summary>How one stage differs between the best plan and another.</summary>
/// <param name="Stage">The stage's name.</param>
/// <param name="Kind">What it is spent on.</param>
/// <param name="Best">How long it takes in the best plan.</param>
/// <param name="Other">How long it takes in the other plan.</param>
public sealed record StageDifference(string Stage, StageKind Kind, Milliseconds Best, Milliseconds Other)
{
    /// <summary>The other plan's − the best plan's: above zero where the other is slower.</summary>
    public Milliseconds Difference => Other - Best;
}
