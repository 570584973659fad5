using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>When one picture kept one stage busy.</summary>
/// <param name="Stage">A node's name, or two joined by " → " for the link between them; see <see cref="Core.Planning.PipelineStage"/>.</param>
/// <param name="Begin">From when, counted from when the picture was given.</param>
/// <param name="End">Until when.</param>
/// <remarks>
/// The device's are measured. Those of links and of other nodes are put together from what the nodes say of themselves: a transfer begins when the request does, or when the
/// node before has computed, and takes the time outwards without half a round trip.
/// </remarks>
public readonly record struct StageSpan(string Stage, Milliseconds Begin, Milliseconds End);
