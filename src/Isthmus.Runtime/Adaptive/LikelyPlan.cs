using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Adaptive;

/// <summary>A plan that may be chosen next.</summary>
/// <param name="Plan">The plan.</param>
/// <param name="If">What would make it the best, in words.</param>
public sealed record LikelyPlan(Plan Plan, string If);
