using Isthmus.Core.Quantities;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Node.Execution;

/// <summary>Measures the link from this node to another: round trip of empty requests, then a transfer long enough to be timed.</summary>
internal sealed class LinkProbe(NextNodes nodes)
{
    private const int Pings = 7;
    private const long SmallestTransfer = 64 * 1024;
    private const long LargestTransfer = 8 << 20;

    // A transfer is long enough when it takes this long beyond the round trip.
    private static readonly Milliseconds Enough = new(150);

    /// <summary>Measures.</summary>
    /// <param name="url">The other node's address.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeException">The other node does not answer.</exception>
    public async Task<ProbeReply> MeasureAsync(string url, CancellationToken cancellationToken)
    {
        NodeClient node = nodes.Get(url);
        // The first one connects.
        await node.PingAsync(cancellationToken);
        double[] pings = new double[Pings];
        for (int i = 0; i < Pings; i++) pings[i] = (await node.PingAsync(cancellationToken)).Value;
        Array.Sort(pings);
        double roundTrip = pings[Pings / 2];

        long bytes = SmallestTransfer;
        while (true)
        {
            double beyond = (await node.EchoAsync(new(bytes), cancellationToken)).Value - roundTrip;
            if (beyond >= Enough.Value || bytes >= LargestTransfer)
                return new(node.Url.ToString().TrimEnd('/'), new(roundTrip), new(bytes * 8e3 / Math.Max(beyond, 0.01)), bytes);
            bytes = Math.Min(LargestTransfer, bytes * (beyond < Enough.Value / 8 ? 8 : 2));
        }
    }
}
