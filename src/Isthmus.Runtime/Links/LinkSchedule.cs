using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>
/// The arithmetic of one direction of a link, without sockets or clock: a virtual clock that serialises packets one behind
/// the other. A packet of n bytes that is ready at t leaves at max(t, last departure) + 8n/rate and arrives a delay later.
/// Because departures follow from departures and not from when somebody woke up, late wake-ups add no error.
/// </summary>
/// <remarks>
/// Loss: a lost segment is sent again and takes its time on the line again. It arrives one round trip later when more bytes
/// follow it (TCP's fast retransmit, RFC 5681 section 3.2), else after the retransmission timeout max(200 ms, round trip + 4 × jitter),
/// doubled each time (RFC 6298, with Linux's lower bound). The congestion window's reaction is not emulated.
/// Not thread-safe.
/// </remarks>
public sealed class LinkSchedule
{
    // Ethernet's, and what loss is counted per.
    private const int MaximumPacket = 1500;

    // A change of rate waits for no more than one packet: 5 ms of the line.
    private const double PacketMilliseconds = 5;

    private const double MinimumRetransmissionTimeout = 200;
    private const int MaximumLosses = 8;

    private readonly Random _random;

    /// <summary>Creates an idle direction.</summary>
    /// <param name="conditions">Its conditions at the start.</param>
    /// <param name="seed">Seed of jitter and loss.</param>
    public LinkSchedule(LinkConditions conditions, int seed)
    {
        ArgumentNullException.ThrowIfNull(conditions);
        Conditions = conditions.Validated();
        RoundTrip = conditions.Delay * 2;
        _random = new Random(seed);
    }

    /// <summary>The conditions for packets that have not started yet.</summary>
    public LinkConditions Conditions { get; set; }

    /// <summary>There and back, which loss recovery waits for; at first twice the delay.</summary>
    public Milliseconds RoundTrip { get; set; }

    /// <summary>When the last packet has left the line.</summary>
    public Milliseconds BusyUntil { get; private set; }

    /// <summary>Largest packet at the present rate, in bytes: 1500, or 5 ms of the line where that is less.</summary>
    public int PacketBytes => (int)Math.Clamp(Conditions.Rate.Value * PacketMilliseconds / 8e3, 16, MaximumPacket);

    /// <summary>When a packet that is ready at that time can start.</summary>
    public Milliseconds StartOf(Milliseconds ready) => ready > BusyUntil ? ready : BusyUntil;

    /// <summary>Sends a packet.</summary>
    /// <param name="ready">When it was ready to be sent.</param>
    /// <param name="bytes">Its size; 0 for a mere signal, which takes no time on the line and is never lost.</param>
    /// <param name="moreFollow">Whether more bytes of the same connection follow at once.</param>
    public LinkPacket Send(Milliseconds ready, int bytes, bool moreFollow)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Milliseconds time = Conditions.Rate.TransferTime(new ByteCount(bytes));
        Milliseconds start = StartOf(ready);
        Milliseconds recovery = Milliseconds.Zero;
        int losses = 0;
        if (Conditions.Loss > 0 && bytes > 0)
        {
            // At low rates a segment crosses in several packets: together they are lost as often as the one.
            double probability = moreFollow ? 1 - Math.Pow(1 - Conditions.Loss, Math.Min(1, bytes / (double)MaximumPacket)) : Conditions.Loss;
            double timeout = Math.Max(MinimumRetransmissionTimeout, RoundTrip.Value + 4 * Conditions.Jitter.Value);
            for (; losses < MaximumLosses && _random.NextDouble() < probability; losses++)
            {
                recovery += moreFollow && losses == 0 ? RoundTrip : new(timeout);
                if (!moreFollow || losses > 0) timeout *= 2;
            }
        }

        BusyUntil = start + (time * (losses + 1));
        double jitter = Conditions.Jitter.Value > 0 ? Conditions.Jitter.Value * (2 * _random.NextDouble() - 1) : 0;
        Milliseconds delay = new(Math.Max(0, Conditions.Delay.Value + jitter));
        return new LinkPacket(start, BusyUntil, BusyUntil + recovery + delay, losses);
    }
}
