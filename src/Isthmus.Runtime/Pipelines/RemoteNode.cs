using Isthmus.Core.Planning;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Pipelines;

/// <summary>A node as this machine sees it: of the edge or cloud tier, or another device of a fleet.</summary>
public sealed class RemoteNode : IDisposable
{
    /// <summary>Creates the node. Owns the client.</summary>
    /// <param name="name">Its name in profiles and plans.</param>
    /// <param name="tier">Its tier.</param>
    /// <param name="client">How it is reached.</param>
    /// <param name="breaker">Whether it is excluded.</param>
    /// <param name="description">What it says of itself; null if it was not reached yet.</param>
    public RemoteNode(string name, Tier tier, NodeClient client, CircuitBreaker breaker, NodeDescription? description)
    {
        Name = name;
        Tier = tier;
        Client = client;
        Breaker = breaker;
        Description = description;
    }

    /// <summary>Its name in profiles and plans.</summary>
    public string Name { get; }

    /// <summary>Its tier.</summary>
    public Tier Tier { get; }

    /// <summary>How it is reached.</summary>
    public NodeClient Client { get; }

    /// <summary>Whether it is excluded.</summary>
    public CircuitBreaker Breaker { get; }

    /// <summary>What it says of itself; null if it was not reached when it was looked for.</summary>
    public NodeDescription? Description { get; }

    /// <summary>The version of Isthmus that it runs; null if that is not known.</summary>
    public string? Version { get; init; }

    /// <summary>Closes the connection.</summary>
    public void Dispose() => Client.Dispose();
}
