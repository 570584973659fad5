using Isthmus.Runtime.Transport;

namespace Isthmus.Node.Execution;

/// <summary>The clients of the nodes that this one passes work on to; connections are kept. Thread-safe.</summary>
internal sealed class NextNodes(TimeProvider clock) : IDisposable
{
    // Requests name the next node: a hostile one must not collect connections without end.
    private const int Most = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, NodeClient> _clients = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();

    /// <summary>The client of a node.</summary>
    /// <exception cref="Core.Errors.IsthmusException">The address is none.</exception>
    public NodeClient Get(string url)
    {
        Uri address = NodeClient.ParseUrl(url);
        string key = address.GetLeftPart(UriPartial.Authority);
        lock (_lock)
        {
            if (_clients.TryGetValue(key, out NodeClient? client)) return client;
            if (_order.Count == Most && _clients.Remove(_order.Dequeue(), out NodeClient? oldest)) oldest.Dispose();
            client = new NodeClient(address, new NodeClientOptions { Clock = clock, ConnectTimeout = TimeSpan.FromSeconds(2), ConnectRetries = 1 });
            _clients.Add(key, client);
            _order.Enqueue(key);
            return client;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (NodeClient client in _clients.Values) client.Dispose();
            _clients.Clear();
        }
    }
}
