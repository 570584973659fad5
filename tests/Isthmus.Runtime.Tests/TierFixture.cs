using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Inference.Graphs;
using Isthmus.Node;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Tests;

/// <summary>An edge and a cloud node in this process, each behind an emulated link, and the tiny network that they serve.</summary>
internal sealed class TierFixture : IAsyncDisposable
{
    private readonly string _folder;

    private TierFixture(string folder, NodeServer edge, NodeServer cloud, LinkEmulator edgeLink, LinkEmulator cloudLink, LinkEmulator between)
    {
        _folder = folder;
        Edge = edge;
        Cloud = cloud;
        EdgeLink = edgeLink;
        CloudLink = cloudLink;
        Between = between;
        Network = TinyNetwork.Create();
        Analysis = ModelAnalysis.Analyse(Network.Model, cancellationToken: TestContext.Current.CancellationToken);
        Cuts = TinyNetwork.Cuts(Analysis);
    }

    public NodeServer Edge { get; }

    public NodeServer Cloud { get; }

    public LinkEmulator EdgeLink { get; }

    public LinkEmulator CloudLink { get; }

    public LinkEmulator Between { get; }

    public Network Network { get; }

    public ModelAnalysis Analysis { get; }

    public CutProfile[] Cuts { get; }

    public TierAddresses Addresses => new(EdgeLink.Url, CloudLink.Url) { EdgeToCloud = Between.Url, LinksAreEmulated = true };

    public static async Task<TierFixture> StartAsync(double delay = 0)
    {
        string folder = Directory.CreateTempSubdirectory("isthmus-runtime-").FullName;
        NodeServer edge = await NodeServer.StartAsync(Options(Tier.Edge, folder));
        NodeServer cloud = await NodeServer.StartAsync(Options(Tier.Cloud, folder));
        return new(folder, edge, cloud, Link(edge, delay), Link(cloud, delay), Link(cloud, delay));
    }

    public Task<Tiers> ConnectAsync() =>
        Tiers.ConnectAsync(Addresses, options: NodeClientOptions.Default with { ConnectRetries = 0, ConnectTimeout = TimeSpan.FromSeconds(2) });

    public Plan Plan(InputEncoding input, params PlacedSegment[] segments) => new(Network.Model.Hash, input, [.. segments]);

    public Plan DeviceOnly() => Plan(InputEncoding.Local, new PlacedSegment("device", Tier.Device, null, null, null));

    public Plan Remote(InputEncoding input, string node) => Plan(input, new PlacedSegment(node, node == "edge" ? Tier.Edge : Tier.Cloud, null, null, null));

    public Plan Split(string cut, CodecSpec codec, string node) => Plan(
        InputEncoding.Local,
        new PlacedSegment("device", Tier.Device, null, cut, codec),
        new PlacedSegment(node, node == "edge" ? Tier.Edge : Tier.Cloud, cut, null, null));

    public Plan ThreeTiers(string first, string second, CodecSpec codec) => Plan(
        InputEncoding.Local,
        new PlacedSegment("device", Tier.Device, null, first, codec),
        new PlacedSegment("edge", Tier.Edge, first, second, codec),
        new PlacedSegment("cloud", Tier.Cloud, second, null, null));

    public async ValueTask DisposeAsync()
    {
        await EdgeLink.DisposeAsync();
        await CloudLink.DisposeAsync();
        await Between.DisposeAsync();
        await Edge.DisposeAsync();
        await Cloud.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static NodeOptions Options(Tier tier, string folder) => new()
    {
        Tier = tier,
        Listen = "http://127.0.0.1:0",
        DataFolder = Path.Combine(folder, tier.ToString()),
        LogFormat = NodeLogFormat.None,
    };

    private static LinkEmulator Link(NodeServer node, double delay)
    {
        Uri url = new(node.Url);
        LinkConditions conditions = new(Core.Quantities.BitsPerSecond.Unlimited, new(delay), new(0), 0);
        return LinkEmulator.Start(new()
        {
            Listen = new(System.Net.IPAddress.Loopback, 0),
            To = new System.Net.DnsEndPoint(url.Host, url.Port),
            Up = conditions,
            Down = conditions,
        });
    }
}
