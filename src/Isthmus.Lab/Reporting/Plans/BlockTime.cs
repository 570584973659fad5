using Isthmus.Core.Quantities;

namespace Isthmus.Lab.Reporting.Plans;

/// <summary>How long a node takes for a stretch of the network, as a picture shows it.</summary>
/// <param name="From">Where the stretch begins: the number of cuts before it, 0 at the input.</param>
/// <param name="To">Where it ends, counted likewise; the number of cuts plus one at the output. One more than <paramref name="From"/> for a single block.</param>
/// <param name="Time">The milliseconds, what running has taught about the node included.</param>
/// <param name="IsMeasured">
/// Whether the stretch was measured by itself. Otherwise the time is the difference of two measured segments, which both begin at the input or both end at
/// the output; such a figure is for looking, and no plan is made with it.
/// </param>
public sealed record BlockTime(int From, int To, Milliseconds Time, bool IsMeasured);
