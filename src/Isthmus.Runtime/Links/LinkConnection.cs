using System.Net.Sockets;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>One client's connection over the link: two sockets, two flows, and how it ends.</summary>
internal sealed class LinkConnection : IDisposable
{
    private readonly Socket _client;
    private Socket? _target;

    public LinkConnection(Socket client, LinkLine up, LinkLine down, Milliseconds accepted)
    {
        _client = client;
        // TCP's handshake crosses the link before any byte does: the client may send after a round trip, the target
        // after the handshake's third packet. The connection to the real target is made meanwhile.
        Milliseconds roundTrip = up.Schedule.Conditions.Delay + down.Schedule.Conditions.Delay;
        Established = accepted + roundTrip;
        Up = new LinkFlow(up) { Input = client, ReadableFrom = Established };
        Down = new LinkFlow(down) { Output = client, ReadableFrom = Established + up.Schedule.Conditions.Delay };
    }

    /// <summary>When the handshake is over as the client sees it.</summary>
    public Milliseconds Established { get; }

    /// <summary>From the client to the target.</summary>
    public LinkFlow Up { get; }

    /// <summary>From the target to the client.</summary>
    public LinkFlow Down { get; }

    /// <summary>The target could not be reached: the client is reset when the handshake is over.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Both directions are complete, or the connection was reset.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>The target is connected, or, if null, cannot be reached.</summary>
    public void Connected(Socket? target)
    {
        _target = target;
        Up.Output = target;
        Down.Input = target;
        IsRefused = target is null;
    }

    /// <summary>When something happens next without anybody's doing.</summary>
    public Milliseconds NextEvent
    {
        get
        {
            if (IsRefused) return Established;
            Milliseconds next = Up.NextArrival < Down.NextArrival ? Up.NextArrival : Down.NextArrival;
            return next;
        }
    }

    /// <summary>Hands over what has arrived, and ends the connection when it is over.</summary>
    public void Advance(Milliseconds now)
    {
        if (IsRefused && Established <= now)
        {
            Abort();
            return;
        }

        // An output that is broken was reset by the one who should have read it; that reset goes back over the link.
        if (!Up.Deliver(now)) Break(Up, Down, now);
        if (!Down.Deliver(now)) Break(Down, Up, now);

        if (Up.IsResetDue || Down.IsResetDue) Abort();
        else if (Up.IsFinished && Down.IsFinished) Close();
    }

    /// <summary>Resets both sockets at once.</summary>
    public void Abort()
    {
        if (IsClosed) return;
        Reset(_client);
        Reset(_target);
        Close();
    }

    /// <summary>Closes a socket so that its peer sees a reset.</summary>
    public static void Reset(Socket? socket)
    {
        if (socket is null) return;
        try
        {
            socket.LingerState = new LingerOption(enable: true, seconds: 0);
        }
        catch (SocketException)
        {
            // The peer was faster.
        }

        socket.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private static void Break(LinkFlow broken, LinkFlow back, Milliseconds now)
    {
        broken.Kill();
        back.End(now, LinkSignal.Reset);
    }

    private void Close()
    {
        if (IsClosed) return;
        IsClosed = true;
        Up.Kill();
        Down.Kill();
        _client.Dispose();
        _target?.Dispose();
    }
}
