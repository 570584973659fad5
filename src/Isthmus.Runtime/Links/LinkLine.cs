using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>One direction of a link: what waits at its entrance, from all connections, in the order in which it was read.</summary>
internal sealed class LinkLine(LinkSchedule schedule, int queueBytes)
{
    private readonly Queue<Entry> _waiting = new();
    private int _sentOfHead;
    private int _waitingBytes;

    /// <summary>The arithmetic of the direction.</summary>
    public LinkSchedule Schedule { get; } = schedule;

    /// <summary>Bytes that may still be read from senders.</summary>
    public int Room => Math.Max(0, queueBytes - _waitingBytes);

    /// <summary>How much to read from one connection before another has its turn: 10 ms of the line, 1500 B to 16 KiB.</summary>
    public int TurnBytes => (int)Math.Clamp(Schedule.Conditions.Rate.Value * 10 / 8e3, 1500, 16 * 1024);

    /// <summary>
    /// Most bytes of one connection inside the link: the entrance's queue and twice what the line holds, so that a receiver
    /// that does not read stops its sender.
    /// </summary>
    public int WindowBytes => double.IsPositiveInfinity(Schedule.Conditions.Rate.Value)
        ? 16 << 20
        : (int)Math.Min(queueBytes + 2 * Schedule.Conditions.BandwidthDelayBytes, 64 << 20);

    /// <summary>Emulated losses so far.</summary>
    public long LostSegments { get; private set; }

    /// <summary>When the next waiting packet starts; infinite when none waits.</summary>
    public Milliseconds NextStart => _waiting.TryPeek(out Entry head) ? Schedule.StartOf(head.Ready) : Milliseconds.Infinite;

    /// <summary>Puts bytes that were read into the flow's buffer, or a signal, at the end of the queue.</summary>
    public void Enqueue(LinkFlow flow, Milliseconds ready, int bytes, LinkSignal signal)
    {
        _waiting.Enqueue(new Entry(flow, ready, bytes, signal));
        _waitingBytes += bytes;
    }

    /// <summary>Lets every packet start whose time has come. Conditions that changed apply from here on.</summary>
    public void Advance(Milliseconds now)
    {
        while (_waiting.TryPeek(out Entry head))
        {
            if (head.Flow.IsDead)
            {
                // A dead sender's kernel would not send its queue either: the line is free for others.
                _waitingBytes -= head.Bytes - _sentOfHead;
                _sentOfHead = 0;
                _waiting.Dequeue();
                continue;
            }

            if (Schedule.StartOf(head.Ready) > now) return;
            int rest = head.Bytes - _sentOfHead;
            int size = Math.Min(rest, Schedule.PacketBytes);
            LinkPacket packet = Schedule.Send(head.Ready, size, moreFollow: size < rest);
            LostSegments += packet.Losses;
            head.Flow.Carry(size, packet.Arrival, size == rest ? head.Signal : LinkSignal.None);
            _waitingBytes -= size;
            _sentOfHead += size;
            if (size < rest) continue;
            _sentOfHead = 0;
            _waiting.Dequeue();
        }
    }

    private readonly record struct Entry(LinkFlow Flow, Milliseconds Ready, int Bytes, LinkSignal Signal);
}
