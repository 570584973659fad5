using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Running;

/// <summary>The plan for the next picture.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Why">Why this one.</param>
/// <param name="Predicted">How long it is predicted to take; null if that is not known.</param>
public sealed record PlanChoice(Plan Plan, string Why, Milliseconds? Predicted)
{
    /// <summary>How long a node may take before the device begins to finish as well; null for the pipeline's own timeout. Never longer than that.</summary>
    public Milliseconds? Patience { get; init; }
}
