using Isthmus.Core.Planning;

namespace Isthmus.Runtime.Pipelines;

/// <summary>A picture of which everything was sent, to see whether the part that would have been sent gives the same first class.</summary>
/// <param name="Part">That part, such as "embedded@0.4".</param>
/// <param name="Agrees">Whether it does; null if the node did not look, because time was short.</param>
public sealed record Recheck(InputEncoding Part, bool? Agrees);
