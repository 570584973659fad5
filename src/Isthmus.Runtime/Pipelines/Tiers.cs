using System.Collections.Concurrent;
using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Pipelines;

/// <summary>The nodes beside the device, how each reaches the next, and what is known of the links between them. Thread-safe.</summary>
public sealed class Tiers : ITierState, IDisposable
{
    /// <summary>The device's own name in profiles and plans.</summary>
    public const string Device = "device";

    private readonly ConcurrentDictionary<(string From, string To), LinkEstimator> _links = new();
    private readonly TierAddresses _addresses;
    private readonly TimeProvider _clock;

    private Tiers(TierAddresses addresses, ImmutableArray<RemoteNode> nodes, TimeProvider clock)
    {
        _addresses = addresses;
        _clock = clock;
        Nodes = nodes;
    }

    /// <summary>The nodes, edge first.</summary>
    public ImmutableArray<RemoteNode> Nodes { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> NodeNames => field.IsDefault ? field = [.. Nodes.Select(n => n.Name)] : field;

    /// <inheritdoc/>
    public bool IsExcluded(string node) => Node(node).Breaker.IsOpen;

    /// <inheritdoc/>
    public ImmutableArray<LinkProfile> CurrentLinks() => LinkProfiles.Of(this);

    /// <summary>Whether the links are emulated.</summary>
    public bool LinksAreEmulated => _addresses.LinksAreEmulated;

    /// <summary>The links that there are, from the device outwards.</summary>
    public IEnumerable<(string From, RemoteNode To)> Links
    {
        get
        {
            foreach (RemoteNode node in Nodes) yield return (Device, node);
            foreach (RemoteNode from in Nodes)
            {
                foreach (RemoteNode to in Nodes)
                {
                    if (from.Tier < to.Tier) yield return (from.Name, to);
                }
            }
        }
    }

    /// <summary>
    /// Looks for the nodes. One that does not answer is kept, excluded until it does: under the name that the profile has for its
    /// tier, or the tier's own name.
    /// </summary>
    /// <param name="addresses">Where they are.</param>
    /// <param name="profile">What was measured of them, if anything was; the link estimates begin there.</param>
    /// <param name="options">Timeouts, windows, clock; null for the defaults.</param>
    /// <param name="breaker">When a node is left alone; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="IsthmusException">Two nodes have the same name, or a server is no node of Isthmus.</exception>
    public static async Task<Tiers> ConnectAsync(
        TierAddresses addresses, Profile? profile = null, NodeClientOptions? options = null, CircuitBreakerOptions? breaker = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        options ??= NodeClientOptions.Default;
        List<RemoteNode> nodes = [];
        try
        {
            if (addresses.Edge is { } edge) nodes.Add(await FindAsync(edge, Tier.Edge));
            if (addresses.Cloud is { } cloud) nodes.Add(await FindAsync(cloud, Tier.Cloud));
            if (nodes.Select(n => n.Name).Append(Device).GroupBy(n => n, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
                throw new IsthmusException(ErrorKind.Usage, $"Two nodes are called '{twice.Key}': start one of them with another --name.");
            Tiers tiers = new(addresses, [.. nodes], options.Clock);
            foreach (LinkProfile link in profile?.Links ?? []) tiers.Link(link.From, link.To).Seed(link.RoundTrip, link.Bandwidth);
            return tiers;
        }
        catch
        {
            foreach (RemoteNode node in nodes) node.Dispose();
            throw;
        }

        async Task<RemoteNode> FindAsync(Uri url, Tier tier)
        {
            CircuitBreaker circuit = new(options.Clock, breaker);
            NodeClient client = new(url, options);
            try
            {
                NodeDescription description = await client.DescribeNodeAsync(cancellationToken);
                return new(description.Node, tier, client, circuit, description);
            }
            catch (NodeException e) when (e.Failure != NodeFailure.Garbled)
            {
                circuit.Failed(NodeFailure.Unreachable, e.Message);
                string name = profile?.Nodes.FirstOrDefault(n => n.Tier == tier)?.Name ?? (tier == Tier.Edge ? "edge" : "cloud");
                return new(name, tier, client, circuit, description: null);
            }
            catch
            {
                client.Dispose();
                throw;
            }
        }
    }

    /// <summary>The node of this name.</summary>
    /// <exception cref="IsthmusException">There is none.</exception>
    public RemoteNode Node(string name) => Nodes.FirstOrDefault(n => n.Name == name)
        ?? throw new IsthmusException(ErrorKind.Planning, $"The plan uses the node '{name}', which is not among those given ({(Nodes.IsEmpty ? "none" : string.Join(", ", Nodes.Select(n => n.Name)))}): give its address with --edge or --cloud, or plan again.");

    /// <summary>The address at which one node reaches another.</summary>
    public Uri Route(RemoteNode from, RemoteNode to)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        return from.Tier == Tier.Edge && to.Tier == Tier.Cloud && _addresses.EdgeToCloud is { } url ? url : to.Client.Url;
    }

    /// <summary>What is known of a link.</summary>
    public LinkEstimator Link(string from, string to) => _links.GetOrAdd((from, to), static (_, clock) => new(clock), _clock);

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        foreach (RemoteNode node in Nodes) node.Dispose();
    }
}
