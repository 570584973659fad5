using System.Collections.Immutable;
using Isthmus.Core.Planning;
using Isthmus.Core.Progress;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Fleets;

/// <summary>Looks at a fleet: does every node answer, is it what the file says, and are the links as stated.</summary>
public static class FleetChecker
{
    /// <summary>Reaches every node, and measures every link between those that answer, one after another.</summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="session">How this machine computes, for the report; null for the defaults.</param>
    /// <param name="options">Timeouts and clock; null for the defaults.</param>
    /// <param name="progress">Told what goes on.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FleetReport> CheckAsync(
        Fleet fleet, SessionSettings? session = null, NodeClientOptions? options = null, IProgress<ProgressReport>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        progress?.Report(new("looks for the nodes", 0));
        using Tiers tiers = await Tiers.ConnectFleetAsync(fleet, options, breaker: null, cancellationToken);
        ImmutableArray<NodeCheck> nodes = [.. fleet.Nodes.Select(n => Describe(n, fleet, tiers, session ?? SessionSettings.Default))];
        ImmutableArray<LinkCheck>.Builder links = ImmutableArray.CreateBuilder<LinkCheck>();
        foreach (FleetLink link in fleet.Links)
        {
            progress?.Report(new($"link from {link.From} to {link.To}", (double)links.Count / fleet.Links.Length));
            links.Add(await MeasureAsync(link, fleet, tiers, options?.Clock ?? TimeProvider.System, cancellationToken));
        }

        progress?.Report(new("done", 1));
        return new(nodes, links.ToImmutable());
    }

    private static NodeCheck Describe(FleetNode node, Fleet fleet, Tiers tiers, SessionSettings session)
    {
        if (node.IsLocal)
        {
            return new(node.Name, node.Tier, null, fleet.MachineOf(node), Reached: true)
            {
                Version = Profiler.SoftwareVersion(),
                Runtime = ExecutionProvider.Describe(session.Provider),
                Host = Profiler.Host(),
                Threads = session.Threads,
                Slowdown = node.Slowdown,
                OwnName = node.Name,
                OwnTier = Tier.Device,
                Tags = node.Tags,
            };
        }

        RemoteNode remote = tiers.Node(node.Name);
        NodeDescription? said = remote.Description;
        return new(node.Name, node.Tier, node.Url!.GetLeftPart(UriPartial.Authority), fleet.MachineOf(node), said is not null)
        {
            Problem = said is null ? remote.Breaker.Reason : null,
            Version = remote.Version,
            Runtime = said?.Runtime,
            Host = said?.Host,
            Threads = said?.Threads,
            Slowdown = said?.Slowdown,
            OwnName = said?.Node,
            OwnTier = said?.Tier,
            VersionDiffers = said is not null && remote.Version != Profiler.SoftwareVersion(),
            Tags = node.Tags,
        };
    }

    private static async Task<LinkCheck> MeasureAsync(FleetLink link, Fleet fleet, Tiers tiers, TimeProvider clock, CancellationToken cancellationToken)
    {
        LinkCheck check = new(link.From, link.To, link.Emulated) { StatedRoundTrip = link.RoundTrip, StatedBandwidth = link.Bandwidth?.Value };
        RemoteNode to = tiers.Node(link.To);
        RemoteNode? from = fleet.Node(link.From).IsLocal ? null : tiers.Node(link.From);
        if (to.Description is null || from is { Description: null })
            return check with { Problem = $"{(to.Description is null ? link.To : link.From)} does not answer" };
        try
        {
            if (from is null)
            {
                LinkEstimate found = await LinkMeasurement.MeasureAsync(to.Client, new LinkEstimator(clock), cancellationToken);
                return check with { RoundTrip = found.RoundTrip, Bandwidth = found.Bandwidth.Value };
            }

            ProbeReply reply = await from.Client.ProbeAsync(tiers.Route(from, to), cancellationToken);
            return check with { RoundTrip = reply.RoundTrip, Bandwidth = reply.Bandwidth.Value };
        }
        catch (NodeException e)
        {
            return check with { Problem = e.Message };
        }
    }
}
