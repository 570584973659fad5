using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Running;

/// <summary>The plan for the next picture.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="Why">Why this one.</param>
/// <param name="Predicted">How long it is predicted to take; null if that is not known.</param>
public sealed record PlanChoice(Plan Plan, string Why, Milliseconds? Predicted);
