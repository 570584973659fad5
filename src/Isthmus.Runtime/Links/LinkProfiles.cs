using System.Collections.Immutable;
using Isthmus.Core.Profiling;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Links;

/// <summary>The links as the planner wants them.</summary>
public static class LinkProfiles
{
    /// <summary>
    /// What is believed now of every link of which anything was measured, in both directions. Only the way outwards is measured; the way
    /// back is taken to be like it, which matters for nothing but the answer's few kilobytes.
    /// </summary>
    public static ImmutableArray<LinkProfile> Of(Tiers tiers)
    {
        ArgumentNullException.ThrowIfNull(tiers);
        ImmutableArray<LinkProfile>.Builder links = ImmutableArray.CreateBuilder<LinkProfile>();
        foreach ((string from, RemoteNode to) in tiers.Links)
        {
            LinkEstimate now = tiers.Link(from, to.Name).Current;
            if (now.RoundTripCount + now.BandwidthCount == 0) continue;
            BitsPerSecond bandwidth = new(Math.Max(1, now.Bandwidth.Value));
            links.Add(new(from, to.Name, now.RoundTrip, bandwidth, tiers.IsEmulated(from, to.Name)));
            links.Add(new(to.Name, from, now.RoundTrip, bandwidth, tiers.IsEmulated(from, to.Name)));
        }

        return links.ToImmutable();
    }
}
