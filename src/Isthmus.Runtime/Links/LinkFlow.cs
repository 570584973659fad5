using System.Net.Sockets;
using System.Runtime.InteropServices;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>
/// One direction of one connection: from the socket that is read, over the shared line, to the socket that is written. Its
/// bytes lie in one buffer from reading to writing; the line and the way only count them.
/// </summary>
internal sealed class LinkFlow(LinkLine line) : IDisposable
{
    // A link whose process was not scheduled for longer than this lost that time, as a real one does that was unplugged.
    private const double LongestCatchUp = 250;

    private readonly ByteRing _buffer = new();
    private readonly Queue<Batch> _underway = new();
    private Milliseconds _lastArrival;
    private int _arrived;
    private bool _held = true;
    private LinkSignal _signal;

    /// <summary>Where bytes come from; null until it is connected.</summary>
    public Socket? Input { get; set; }

    /// <summary>Where bytes go to; null until it is connected.</summary>
    public Socket? Output { get; set; }

    /// <summary>Nothing is read before: the handshake takes its time.</summary>
    public Milliseconds ReadableFrom { get; set; }

    /// <summary>Nothing will be read any more: the sender's end or reset was seen.</summary>
    public bool IsReadOut { get; private set; }

    /// <summary>The end was handed over: this direction is complete.</summary>
    public bool IsDone { get; private set; }

    /// <summary>What is inside is of no use to anybody any more.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Nothing will be handed over any more.</summary>
    public bool IsFinished => IsDone || IsDead;

    /// <summary>The sender's reset has arrived at the other side.</summary>
    public bool IsResetDue => _signal == LinkSignal.Reset;

    /// <summary>The output did not take all that has arrived.</summary>
    public bool WantsToWrite => !IsDead && _arrived > 0 && Output is not null;

    /// <summary>Bytes handed over so far.</summary>
    public long Delivered { get; private set; }

    /// <summary>When the next bytes arrive; infinite when none are underway.</summary>
    public Milliseconds NextArrival => !IsDead && _underway.TryPeek(out Batch batch) ? batch.Arrival : Milliseconds.Infinite;

    /// <summary>Whether the input should be watched now. Marks the flow as held back if the line's entrance is full.</summary>
    public bool WantsToRead(Milliseconds now)
    {
        if (IsReadOut || IsDead || Input is null || ReadableFrom > now || _buffer.Count >= line.WindowBytes) return false;
        if (line.Room > 0) return true;
        _held = true;
        return false;
    }

    /// <summary>The input was watched and had nothing: what comes later was not waiting before.</summary>
    public void NothingToRead() => _held = false;

    /// <summary>Reads one turn's bytes from the input into the line's queue.</summary>
    public void Read(Milliseconds now)
    {
        int size = Math.Min(Math.Min(line.TurnBytes, line.Room), line.WindowBytes - _buffer.Count);
        if (size <= 0) return;
        int count = Input!.Receive(_buffer.Reserve(size), SocketFlags.None, out SocketError error);
        _buffer.Commit(error == SocketError.Success ? count : 0);
        if (error == SocketError.WouldBlock)
        {
            _held = false;
            return;
        }

        // Bytes that were kept waiting in the kernel follow the packet before them, however late they are read.
        Milliseconds ready = now;
        if (_held)
        {
            Milliseconds waited = line.Schedule.StartOf(ReadableFrom);
            ready = new(Math.Clamp(waited.Value, Math.Max(0, now.Value - LongestCatchUp), now.Value));
        }

        if (error != SocketError.Success) End(ready, LinkSignal.Reset);
        else if (count == 0) End(ready, LinkSignal.End);
        else line.Enqueue(this, ready, count, LinkSignal.None);
    }

    /// <summary>The sender's last word: an end or a reset, which crosses the line behind what was read.</summary>
    public void End(Milliseconds now, LinkSignal signal)
    {
        if (IsReadOut) return;
        IsReadOut = true;
        line.Enqueue(this, now, 0, signal);
    }

    /// <summary>Takes a packet that the line has sent. A connection's bytes arrive in order, however the delay varies.</summary>
    public void Carry(int bytes, Milliseconds arrival, LinkSignal signal)
    {
        if (arrival > _lastArrival) _lastArrival = arrival;
        _underway.Enqueue(new Batch(bytes, _lastArrival, signal));
    }

    /// <summary>Hands over what has arrived, as far as the output takes it.</summary>
    /// <returns>False when the output is broken.</returns>
    public bool Deliver(Milliseconds now)
    {
        if (IsDead || IsDone) return true;
        while (_underway.TryPeek(out Batch batch) && batch.Arrival <= now)
        {
            _arrived += batch.Bytes;
            if (batch.Signal != LinkSignal.None) _signal = batch.Signal;
            _underway.Dequeue();
        }

        if (Output is null) return true;
        while (_arrived > 0)
        {
            int count = Output.Send(_buffer.Peek(_arrived), SocketFlags.None, out SocketError error);
            if (error == SocketError.WouldBlock) return true;
            if (error != SocketError.Success) return false;
            _buffer.Remove(count);
            _arrived -= count;
            Delivered += count;
        }

        if (_signal == LinkSignal.End)
        {
            IsDone = true;
            try
            {
                Output.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Drops everything inside and stops reading.</summary>
    public void Kill()
    {
        IsDead = true;
        IsReadOut = true;
        _underway.Clear();
        _arrived = 0;
        _buffer.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => Kill();

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Batch(int Bytes, Milliseconds Arrival, LinkSignal Signal);
}
