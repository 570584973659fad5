using Isthmus.Core.Planning;
using Isthmus.Node;
using Isthmus.Runtime.Fleets;

namespace Isthmus.Runtime.Tests.Fleets;

/// <summary>Nodes in this process, each said to be on a machine of its own.</summary>
internal sealed class FleetFixture : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-fleet-").FullName;
    private readonly List<NodeServer> _servers = [];
    private readonly List<FleetNode> _nodes = [];

    public IReadOnlyList<NodeServer> Servers => _servers;

    public Fleet Fleet => new([.. _nodes], Fleet.AllLinks([.. _nodes]));

    public string Folder => _folder;

    /// <summary>Starts a fleet of this machine, if wanted, and a node for each "name:tier".</summary>
    public static async Task<FleetFixture> StartAsync(bool local, params string[] nodes)
    {
        FleetFixture fixture = new();
        if (local) fixture._nodes.Add(new("device", Tier.Device, null));
        foreach (string node in nodes)
        {
            string[] parts = node.Split(':');
            await fixture.AddAsync(parts[0], Enum.Parse<Tier>(parts[1], ignoreCase: true));
        }

        return fixture;
    }

    /// <summary>Starts one more node, which calls itself otherwise than the fleet does.</summary>
    public async Task AddAsync(string name, Tier tier, double slowdown = 1)
    {
        NodeServer server = await NodeServer.StartAsync(
            new() { Tier = tier, Name = "own-" + name, Listen = "http://127.0.0.1:0", DataFolder = Path.Combine(_folder, name), Slowdown = slowdown, LogFormat = NodeLogFormat.None });
        _servers.Add(server);
        _nodes.Add(new(name, tier, new Uri(server.Url)) { Machine = name, PricePerHour = 0.5 });
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeServer server in _servers) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
