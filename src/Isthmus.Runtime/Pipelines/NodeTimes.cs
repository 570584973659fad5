using System.Collections.Concurrent;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Pipelines;

/// <summary>
/// How long nodes keep a request, from its last byte to its answer: a smoothed mean and twice the smoothed deviation, as TCP estimates its timeout (RFC 6298,
/// with a larger share of the newest). Thread-safe.
/// </summary>
internal sealed class NodeTimes
{
    private const double Newest = 0.25;
    private const double Deviations = 2;
    private readonly ConcurrentDictionary<string, (double Mean, double Deviation)> _known = new(StringComparer.Ordinal);

    /// <summary>What a node is likely not to exceed; null if nothing is known of it.</summary>
    public Milliseconds? Most(string node) => _known.TryGetValue(node, out (double Mean, double Deviation) known) ? new(known.Mean + (Deviations * known.Deviation)) : null;

    /// <summary>A node took so long.</summary>
    public void Learn(string node, Milliseconds took) => _known.AddOrUpdate(
        node,
        static (_, ms) => (ms, ms / 4),
        static (_, known, ms) => (known.Mean + (Newest * (ms - known.Mean)), known.Deviation + (Newest * (Math.Abs(ms - known.Mean) - known.Deviation))),
        took.Value);
}
