using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Adaptive;

/// <summary>What became of a decision, and the state that it leaves to the next one.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Plan">The plan to use from now on.</param>
/// <param name="Present">The plan before, at what it costs now; null if there was none, or it is impossible now.</param>
/// <param name="Best">The best plan now; null if there is none.</param>
/// <param name="Gain">By which share of the present plan's score the best one's is lower, rounded to four places; 1 if there is no present plan.</param>
/// <param name="Streak">How many decisions in a row, this one included, found another plan better by enough; 0 after a change.</param>
/// <param name="Keep">How long the plan is to be used at least.</param>
/// <param name="Why">The reason in a sentence.</param>
public sealed record DecisionResult(DecisionOutcome Outcome, Plan Plan, RankedPlan? Present, RankedPlan? Best, double Gain, int Streak, Milliseconds Keep, string Why)
{
    /// <summary>Whether the plan goes on with another part of the picture.</summary>
    public bool IsAdjusted => Outcome == DecisionOutcome.Adjusted;

    /// <summary>Whether another plan is used from now on; the time that a plan has been in use begins anew then.</summary>
    public bool IsChange => Outcome is DecisionOutcome.Started or DecisionOutcome.Switched or DecisionOutcome.Forced;
}
