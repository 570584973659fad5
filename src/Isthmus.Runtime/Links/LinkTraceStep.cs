using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>From this moment on the link has these conditions.</summary>
/// <param name="At">Time since the start of the trace.</param>
/// <param name="Up">Conditions from the client to the target.</param>
/// <param name="Down">Conditions from the target to the client.</param>
public sealed record LinkTraceStep(Milliseconds At, LinkConditions Up, LinkConditions Down);
