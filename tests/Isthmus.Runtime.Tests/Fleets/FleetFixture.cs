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
            Tier tier = Enum.Parse<Tier>(parts[1], ignoreCase: true);
            // They call themselves otherwise than the fleet does.
            NodeServer server = await NodeServer.StartAsync(new() { Tier = tier, Name = "own-" + parts[0], Listen = "http://127.0.0.1:0", DataFolder = Path.Combine(fixture._folder, parts[0]), LogFormat = NodeLogFormat.None });
            fixture._servers.Add(server);
            fixture._nodes.Add(new(parts[0], tier, new Uri(server.Url)) { Machine = parts[0], PricePerHour = 0.5 });
        }

        return fixture;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (NodeServer server in _servers) await server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
