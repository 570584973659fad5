using System.Net;
using Isthmus.Lab.Demo;
using Isthmus.Runtime.Links;

namespace Isthmus.Lab.Orchestration;

/// <summary>The emulated links of a <see cref="LiveEnvironment"/>: one from each user to each node.</summary>
internal sealed class LiveLinks : IAsyncDisposable
{
    private readonly LinkEmulator[] _links;
    private readonly LiveLink[] _ways;

    private LiveLinks(LinkEmulator[] links, LiveLink[] ways)
    {
        _links = links;
        _ways = ways;
    }

    /// <summary>Starts the links, transparent at first.</summary>
    /// <param name="users">How many users.</param>
    /// <param name="nodes">The nodes, and what lies between the users' access links and each.</param>
    /// <param name="seed">Of what is random in links.</param>
    public static async Task<LiveLinks> StartAsync(int users, IReadOnlyList<(NodeProcess Node, LiveLink Way)> nodes, int seed)
    {
        LiveLinks links = new(new LinkEmulator[users * nodes.Count], [.. nodes.Select(n => n.Way)]);
        try
        {
            for (int i = 0; i < links._links.Length; i++)
                links._links[i] = LinkEmulator.Start(new() { To = new IPEndPoint(IPAddress.Loopback, new Uri(nodes[i % nodes.Count].Node.Url).Port), Seed = seed + i });
            return links;
        }
        catch
        {
            await links.DisposeAsync();
            throw;
        }
    }

    /// <summary>A node's address as a user reaches it.</summary>
    public Uri Url(int user, int node) => _links[(user * _ways.Length) + node].Url;

    /// <summary>Gives a user another access link, for whatever is not sent yet.</summary>
    public void Set(int user, LiveLink access)
    {
        for (int n = 0; n < _ways.Length; n++)
        {
            LinkConditions conditions = access.With(_ways[n]);
            _links[(user * _ways.Length) + n].SetConditions(conditions, conditions);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (LinkEmulator? link in _links)
        {
            if (link is not null) await link.DisposeAsync();
        }
    }
}
