using Isthmus.Core.Quantities;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Links;

/// <summary>Measures a link on purpose: at the start, and when nothing else crosses it.</summary>
public static class LinkMeasurement
{
    /// <summary>Empty requests that tell the round trip.</summary>
    public const int Pings = 7;

    private const long FirstTransfer = 32 * 1000;
    private const long LargestTransfer = 8 * 1000 * 1000;

    /// <summary>The largest transfer by which an unused link is looked after, in bytes.</summary>
    public const long LargestRefresh = 500_000;

    /// <summary>The most transfers of one look.</summary>
    public const int MostRefreshes = 4;

    // A transfer that takes this long beyond the round trip needs no larger one after it.
    private static readonly Milliseconds Telling = new(40);

    // A transfer tells the bandwidth when it takes this long beyond the round trip: far more than the jitter of timers and threads.
    private static readonly Milliseconds Enough = new(150);

    /// <summary>How large a transfer is to follow one by which an unused link is looked after; null for none.</summary>
    /// <param name="bytes">The size of the one before.</param>
    /// <param name="beyond">What it took beyond the round trip.</param>
    /// <param name="believed">The bandwidth that was believed before it.</param>
    public static long? NextRefresh(long bytes, Milliseconds beyond, BitsPerSecond believed)
    {
        // Too short to tell anything: a larger one.
        if (beyond < Telling && bytes < LargestRefresh) return Math.Min(LargestRefresh, bytes * 8);
        // An estimate jumps when two transfers in a row contradict it: the second one need not wait for the next look.
        double ratio = bytes * 8e3 / Math.Max(0.01, beyond.Value) / believed.Value;
        return ratio is > 1.5 or < 1 / 1.5 ? bytes : null;
    }

    /// <summary>Measures thoroughly: the median of several round trips, then transfers that grow until one takes long enough.</summary>
    /// <param name="node">The node at the other end.</param>
    /// <param name="link">Told everything that is measured.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeException">The node does not answer.</exception>
    public static async Task<LinkEstimate> MeasureAsync(NodeClient node, LinkEstimator link, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(link);
        // The first one connects.
        await node.PingAsync(cancellationToken);
        double[] pings = new double[Pings];
        for (int i = 0; i < Pings; i++) pings[i] = (await node.PingAsync(cancellationToken)).Value;
        Array.Sort(pings);
        double roundTrip = pings[Pings / 2];

        long bytes = FirstTransfer;
        while (true)
        {
            double beyond = (await node.EchoAsync(new(bytes), cancellationToken)).Value - roundTrip;
            if (beyond >= Enough.Value || bytes >= LargestTransfer)
            {
                link.Seed(new(roundTrip), new(bytes * 8e3 / Math.Max(beyond, 0.01)));
                return link.Current;
            }

            bytes = Math.Min(LargestTransfer, bytes * (beyond < Enough.Value / 8 ? 8 : 2));
        }
    }

    /// <summary>Looks after a link that nobody uses, at little cost: three round trips, and a transfer sized to take a tenth of a second; larger ones if it takes next to no time, another one if it contradicts what was believed. At most 1.1 MB in all.</summary>
    /// <param name="node">The node at the other end.</param>
    /// <param name="link">Told everything that is measured.</param>
    /// <param name="clock">The clock of the limit.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="NodeException">The node does not answer.</exception>
    public static async Task RefreshAsync(NodeClient node, LinkEstimator link, TimeProvider clock, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(link);
        LinkEstimate estimate = link.Current;
        TimeSpan pingLimit = TimeSpan.FromMilliseconds(1_000 + estimate.RoundTrip.Value);
        for (int i = 0; i < 3; i++)
        {
            using CancellationTokenSource enough = new(pingLimit, clock);
            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, enough.Token);
            try
            {
                link.Record(ByteCount.Zero, await node.PingAsync(either.Token));
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // Not even an empty request came through: of the bandwidth is known that it is next to nothing.
                link.Record(new(FirstTransfer), new(pingLimit.TotalMilliseconds * 1.5));
                return;
            }
        }

        estimate = link.Current;
        // If the link became much slower, the transfer must not block it for long; if much faster, one that takes no time tells nothing, and a
        // larger one follows.
        long bytes = (long)Math.Clamp(estimate.Bandwidth.Value / 8 * 0.1, 8_000, LargestRefresh);
        TimeSpan limit = TimeSpan.FromMilliseconds(1_000 + estimate.RoundTrip.Value);
        for (int i = 0; i < MostRefreshes; i++)
        {
            using CancellationTokenSource patience = new(limit, clock);
            using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
            Milliseconds took;
            try
            {
                took = await node.EchoAsync(new(bytes), both.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // All that is known is that it takes longer than this.
                link.Record(new(bytes), new(limit.TotalMilliseconds * 1.5));
                return;
            }

            BitsPerSecond believed = link.Current.Bandwidth;
            link.Record(new(bytes), took);
            if (NextRefresh(bytes, took - estimate.RoundTrip, believed) is not { } next) return;
            bytes = next;
        }
    }
}
