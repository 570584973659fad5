using System.Collections.Concurrent;
using System.Collections.Immutable;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Fleets;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Pipelines;

/// <summary>The nodes beside the device, how each reaches the next, and what is known of the links between them. Thread-safe.</summary>
public sealed class Tiers : ITierState, IDisposable
{
    /// <summary>The device's own name in profiles and plans.</summary>
    public const string Device = "device";

    private static readonly TimeSpan FindPatience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(string From, string To), LinkEstimator> _links = new();
    private readonly Dictionary<(string From, string To), Uri> _routes = [];
    private readonly TimeProvider _clock;

    private Tiers(ImmutableArray<RemoteNode> nodes, TimeProvider clock)
    {
        _clock = clock;
        Nodes = nodes;
    }

    /// <summary>The fleet that the nodes are of; null if they were given by their addresses alone.</summary>
    public Fleet? Fleet { get; private init; }

    /// <summary>The nodes, edge first.</summary>
    public ImmutableArray<RemoteNode> Nodes { get; }

    /// <inheritdoc/>
    public ImmutableArray<string> NodeNames => field.IsDefault ? field = [.. Nodes.Select(n => n.Name)] : field;

    /// <inheritdoc/>
    public bool IsExcluded(string node) => Node(node).Breaker.IsOpen;

    /// <inheritdoc/>
    public ImmutableArray<LinkProfile> CurrentLinks() => LinkProfiles.Of(this);

    /// <summary>Whether links are emulated.</summary>
    public bool LinksAreEmulated { get; private init; }

    /// <summary>Whether the link between two nodes is emulated.</summary>
    public bool IsEmulated(string from, string to) => Fleet is null ? LinksAreEmulated : (Fleet.Link(from, to) ?? Fleet.Link(to, from)) is { Emulated: true };

    /// <summary>The links that there are, from the devices outwards.</summary>
    public IEnumerable<(string From, RemoteNode To)> Links
    {
        get
        {
            if (Fleet is not null)
            {
                foreach (FleetLink link in Fleet.Links)
                {
                    if (Nodes.FirstOrDefault(n => n.Name == link.To) is { } to) yield return (link.From, to);
                }

                yield break;
            }

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
            Tiers tiers = new([.. nodes], options.Clock) { LinksAreEmulated = addresses.LinksAreEmulated };
            if (addresses.EdgeToCloud is { } route)
            {
                foreach (RemoteNode from in nodes.Where(n => n.Tier == Tier.Edge))
                {
                    foreach (RemoteNode to in nodes.Where(n => n.Tier == Tier.Cloud)) tiers._routes[(from.Name, to.Name)] = route;
                }
            }

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

    /// <summary>
    /// Looks for the nodes of a fleet, all at the same time, under the names that the fleet gives them. One that does not answer is kept, excluded until it
    /// does. What the fleet states of links is where their estimates begin.
    /// </summary>
    /// <param name="fleet">The fleet.</param>
    /// <param name="options">Timeouts, windows, clock; null for the defaults.</param>
    /// <param name="breaker">When a node is left alone; null for the defaults.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<Tiers> ConnectFleetAsync(
        Fleet fleet, NodeClientOptions? options = null, CircuitBreakerOptions? breaker = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fleet);
        options ??= NodeClientOptions.Default;
        Tiers tiers = new([.. await Task.WhenAll(fleet.Nodes.Where(n => !n.IsLocal).Select(FindAsync))], options.Clock)
        {
            Fleet = fleet,
            LinksAreEmulated = fleet.Links.Any(l => l.Emulated),
        };
        foreach (FleetLink link in fleet.Links)
        {
            if (link.Url is { } url) tiers._routes[(link.From, link.To)] = url;
            if (link.IsStated) tiers.Link(link.From, link.To).Seed(link.RoundTrip!.Value, link.Bandwidth!.Value);
        }

        return tiers;

        async Task<RemoteNode> FindAsync(FleetNode node)
        {
            CircuitBreaker circuit = new(options.Clock, breaker);
            // This machine reaches a node as its link says; where this machine is no device of the fleet, directly.
            NodeClient client = new((fleet.Local is { } local ? fleet.Link(local.Name, node.Name)?.Url : null) ?? node.Url!, options);
            using CancellationTokenSource patience = new(FindPatience, options.Clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
            try
            {
                ServerMetadata server = await client.DescribeAsync(either.Token);
                if (server.Isthmus is { } said && NodeAnswers.Clean(said) is { } description) return new(node.Name, node.Tier, client, circuit, description) { Version = NodeAnswers.Text(server.Version) };
                circuit.Failed(NodeFailure.Unreachable, $"The server at {client.Url.Authority} is no node of Isthmus{(server.Isthmus is null ? "" : ", or one that says what cannot be")}; start one with 'isthmus serve'.");
            }
            catch (NodeException e)
            {
                circuit.Failed(NodeFailure.Unreachable, e.Message);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                circuit.Failed(NodeFailure.Unreachable, $"The node {client.Url.Authority} took the connection and did not say what it is within {FindPatience.TotalSeconds:0} s; check what listens there.");
            }
            catch
            {
                client.Dispose();
                throw;
            }

            return new(node.Name, node.Tier, client, circuit, description: null);
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
        return _routes.TryGetValue((from.Name, to.Name), out Uri? url) ? url : Fleet is null ? to.Client.Url : Fleet.Node(to.Name).Url!;
    }

    /// <summary>The machine on which a node runs. Of nodes that were given by their addresses alone nothing is known: they may all share this one.</summary>
    public string MachineOf(RemoteNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        return Fleet is null ? Here : Fleet.MachineOf(Fleet.Node(node.Name));
    }

    /// <summary>This machine, as <see cref="MachineOf"/> names it.</summary>
    public string Here => Fleet?.Here ?? "localhost";

    /// <summary>Whether this machine is a device that plans may use.</summary>
    public bool HasDevice => Fleet is null || Fleet.Local is not null;

    /// <summary>What is known of a link.</summary>
    public LinkEstimator Link(string from, string to) => _links.GetOrAdd((from, to), static (_, clock) => new(clock), _clock);

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        foreach (RemoteNode node in Nodes) node.Dispose();
    }
}
