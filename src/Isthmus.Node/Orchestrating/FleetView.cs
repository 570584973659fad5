using System.Collections.Immutable;
using Isthmus.Core.Orchestration;
using Isthmus.Runtime.Orchestrating;

namespace Isthmus.Node.Orchestrating;

/// <summary>The action space of the users and nodes that there are, and what is reported of them.</summary>
internal sealed class FleetView
{
    // What is assumed of a link of which nobody told.
    private const double UnknownMbps = 100;
    private const double UnknownRttMs = 1;
    private const double Unlimited = 100_000;
    private const double LeastMbps = 0.01;
    private const double LeastCpu = 0.02;

    private readonly ImmutableArray<FleetUser> _users;

    /// <summary>Makes the space.</summary>
    /// <param name="users">The users, in their order; one at least.</param>
    public FleetView(ImmutableArray<FleetUser> users)
    {
        _users = users;
        ImmutableArray<string> nodes = NodesOf(users.Select(u => u.Registration));
        Actions = new(nodes, [.. users.Select(u => new UserMenu(u.Name, [.. u.Registration.Actions.Select(a => a.ToAction(a.Node is null ? UserAction.Own : nodes.IndexOf(a.Node)))]) { MinAccuracy = u.Registration.MinAccuracy })]);
        Actions.Validate();
    }

    public ActionSpace Actions { get; }

    public ImmutableArray<FleetUser> Users => _users;

    /// <summary>The nodes that menus name, each once, in their order.</summary>
    public static ImmutableArray<string> NodesOf(IEnumerable<UserRegistration> registrations) =>
        [.. registrations.SelectMany(r => r.Actions).Select(a => a.Node).OfType<string>().Distinct(StringComparer.Ordinal)];

    /// <summary>Whether these are the same users with the same menus.</summary>
    public bool IsOf(ImmutableArray<FleetUser> users) => _users.Length == users.Length && _users.Zip(users).All(p => p.First.Name == p.Second.Name && p.First.Menu == p.Second.Menu);

    /// <summary>The same space with entries of users who registered the same menu again.</summary>
    public FleetView With(ImmutableArray<FleetUser> users) => _users.SequenceEqual(users) ? this : new(users);

    /// <summary>Writes down how users and nodes are.</summary>
    /// <param name="state">Is overwritten.</param>
    /// <param name="node">The free processor, memory and network card of a node; null if it is silent.</param>
    public void Fill(SystemState state, Func<string, (double Cpu, double Memory, double? Mbps)?> node)
    {
        // A way from user to node has its own round trip and bandwidth; the model has one of the user and one of the node. The user's is the best it has, the node's what the others lack.
        double[] ownMbps = new double[_users.Length], ownRtt = new double[_users.Length];
        for (int u = 0; u < _users.Length; u++)
        {
            DeviceReport? device = _users[u].Device;
            LinkReport[] links = [.. device?.Links.Where(l => Actions.Nodes.Contains(l.Node)) ?? []];
            ownMbps[u] = links.Length == 0 ? UnknownMbps : Math.Max(LeastMbps, links.Max(l => l.Mbps));
            ownRtt[u] = links.Length == 0 ? UnknownRttMs : links.Min(l => l.RttMs);
            state.Users[u] = new(Math.Clamp(device?.Cpu ?? 1, LeastCpu, 1), device?.Memory ?? 1, ownMbps[u], ownRtt[u]);
        }

        for (int n = 0; n < Actions.Nodes.Length; n++)
        {
            List<double> more = [], mbps = [];
            for (int u = 0; u < _users.Length; u++)
            {
                if (_users[u].Device?.Links.FirstOrDefault(l => l.Node == Actions.Nodes[n]) is not { } link) continue;
                more.Add(Math.Max(0, link.RttMs - ownRtt[u]));
                // As fast as the best that the user has is no limit of the node.
                mbps.Add(link.Mbps >= 0.8 * ownMbps[u] ? Unlimited : Math.Max(LeastMbps, link.Mbps));
            }

            (double cpu, double memory, double? card) = node(Actions.Nodes[n]) ?? (LeastCpu, 0, null);
            double way = Math.Max(LeastMbps, Math.Min(mbps.Count == 0 ? Unlimited : Middle(mbps), card ?? Unlimited));
            state.Nodes[n] = new(cpu, memory, way, more.Count == 0 ? 0 : Middle(more));
        }
    }

    private static double Middle(List<double> values)
    {
        values.Sort();
        return values[values.Count / 2];
    }
}
