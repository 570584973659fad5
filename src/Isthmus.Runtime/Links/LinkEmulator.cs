using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;

namespace Isthmus.Runtime.Links;

/// <summary>
/// A link that is emulated in user space: a TCP proxy that gives each direction a rate, a delay, jitter and loss, which may
/// change while it runs. All connections share the two directions. See docs/link.md for what is emulated and what is not.
/// </summary>
/// <remarks>
/// One thread of its own serves all sockets, so that a busy thread pool does not distort the link. It sleeps until a socket
/// is ready or something is due, and acts on everything that is due within half a millisecond.
/// </remarks>
public sealed class LinkEmulator : IAsyncDisposable
{
    private const double Tolerance = 0.5;

    // Enough for the loopback device's large segments; the sender must feel the link, not the kernel's megabytes.
    private const int KernelBuffer = 64 * 1024;

    private readonly LinkEmulatorOptions _options;
    private readonly long _start;
    private readonly Socket _listener;
    private readonly Socket _alarm;
    private readonly LinkLine _up;
    private readonly LinkLine _down;
    private readonly List<LinkConnection> _connections = [];
    private readonly ConcurrentQueue<(LinkConnection Connection, Socket? Target)> _connected = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Socket> _readable = [];
    private readonly List<Socket> _writable = [];
    private readonly List<LinkFlow> _readers = [];
    private (LinkConditions Up, LinkConditions Down)? _requested;
    private LinkTrace? _trace;
    private Milliseconds _nextStep = Milliseconds.Zero;
    private int _turn;
    private long _bytesUp;
    private long _bytesDown;
    private long _accepted;
    private long _refused;
    private int _disposed;

    private LinkEmulator(LinkEmulatorOptions options)
    {
        _options = options;
        _trace = options.Trace;
        _up = new LinkLine(new LinkSchedule(options.Up, options.Seed), options.QueueBytes);
        _down = new LinkLine(new LinkSchedule(options.Down, options.Seed + 1), options.QueueBytes);
        ApplyConditions(options.Up, options.Down);

        _listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        _alarm = new Socket(options.Listen.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // Accepted sockets inherit the buffer, which must be set before TCP negotiates its window.
            _listener.ReceiveBufferSize = KernelBuffer;
            _listener.Bind(options.Listen);
            _listener.Listen();
            _listener.Blocking = false;
            _alarm.Bind(new IPEndPoint(options.Listen.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Loopback : IPAddress.Loopback, 0));
            _alarm.Connect(_alarm.LocalEndPoint!);
            _alarm.Blocking = false;
        }
        catch (SocketException e)
        {
            _listener.Dispose();
            _alarm.Dispose();
            throw new IsthmusException(ErrorKind.Node, $"The link cannot listen on {options.Listen}: {e.Message}; choose another address or port.", e);
        }

        EndPoint = (IPEndPoint)_listener.LocalEndPoint!;
        _start = options.Clock.GetTimestamp();
    }

    /// <summary>Where clients connect, with the port that was chosen.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The same as the address of an HTTP server.</summary>
    public Uri Url => new($"http://{EndPoint}", UriKind.Absolute);

    /// <summary>The present conditions from the client to the target.</summary>
    public LinkConditions Up => _up.Schedule.Conditions;

    /// <summary>The present conditions from the target to the client.</summary>
    public LinkConditions Down => _down.Schedule.Conditions;

    /// <summary>Ends when the emulator was disposed; fails if it broke.</summary>
    public Task Completion => _completion.Task;

    /// <summary>What has crossed so far.</summary>
    public LinkCounters Counters => new(
        new ByteCount(Volatile.Read(ref _bytesUp)),
        new ByteCount(Volatile.Read(ref _bytesDown)),
        Volatile.Read(ref _accepted),
        _connections.Count,
        Volatile.Read(ref _refused),
        _up.LostSegments + _down.LostSegments);

    /// <summary>Starts a link.</summary>
    /// <exception cref="IsthmusException">An option is out of range, or the address cannot be listened on.</exception>
    public static LinkEmulator Start(LinkEmulatorOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Up.Validated();
        options.Down.Validated();
        if (options.QueueBytes < 1500 || options.MaximumConnections < 1)
            throw new IsthmusException(ErrorKind.Usage, "A link's queue must hold at least 1500 bytes, and at least one connection must be allowed.");
        LinkEmulator emulator = new(options);
        Thread thread = new(emulator.Run)
        {
            IsBackground = true,
            Name = string.Create(CultureInfo.InvariantCulture, $"emulated link {emulator.EndPoint.Port}"),
            Priority = ThreadPriority.AboveNormal,
        };
        thread.Start();
        return emulator;
    }

    /// <summary>
    /// Changes the link. Bytes that are on their way keep their arrival, and all others, those that already wait at the entrance
    /// among them, meet the new conditions. Ends the trace, if there is one.
    /// </summary>
    /// <exception cref="IsthmusException">A figure is out of range.</exception>
    public void SetConditions(LinkConditions up, LinkConditions down)
    {
        ArgumentNullException.ThrowIfNull(up);
        ArgumentNullException.ThrowIfNull(down);
        up.Validated();
        down.Validated();
        lock (_connected) _requested = (up, down);
        Wake();
    }

    /// <summary>Stops listening and resets what is still open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            await _stop.CancelAsync();
            Wake();
        }

        await _completion.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Run()
    {
        try
        {
            while (!_stop.IsCancellationRequested)
            {
                Milliseconds due = Now() + new Milliseconds(Tolerance);
                TakeNews(due);
                _up.Advance(due);
                _down.Advance(due);
                AdvanceConnections(due);
                WaitForWork();
            }

            Close();
            _completion.TrySetResult();
        }
        catch (Exception e)
        {
            // A thread's exception would end the process; the owner sees it in Completion, clients see a reset.
            Close();
            _completion.TrySetException(e);
        }
    }

    private Milliseconds Now() => Milliseconds.Since(_options.Clock, _start);

    private void TakeNews(Milliseconds now)
    {
        (LinkConditions Up, LinkConditions Down)? requested;
        lock (_connected)
        {
            requested = _requested;
            _requested = null;
        }

        if (requested is { } wish)
        {
            _trace = null;
            ApplyConditions(wish.Up, wish.Down);
        }

        if (_trace is not null && _nextStep <= now && _trace.At(now, out _nextStep) is { } step)
            ApplyConditions(step.Up, step.Down);

        while (_connected.TryDequeue(out (LinkConnection Connection, Socket? Target) news))
        {
            if (news.Target is null) Interlocked.Increment(ref _refused);
            if (news.Connection.IsClosed) LinkConnection.Reset(news.Target);
            else news.Connection.Connected(news.Target);
        }
    }

    private void ApplyConditions(LinkConditions up, LinkConditions down)
    {
        _up.Schedule.Conditions = up;
        _down.Schedule.Conditions = down;
        _up.Schedule.RoundTrip = _down.Schedule.RoundTrip = up.Delay + down.Delay;
    }

    private void AdvanceConnections(Milliseconds now)
    {
        for (int i = _connections.Count - 1; i >= 0; i--)
        {
            LinkConnection connection = _connections[i];
            (long up, long down) = (connection.Up.Delivered, connection.Down.Delivered);
            connection.Advance(now);
            if (connection.Up.Delivered > up) Interlocked.Add(ref _bytesUp, connection.Up.Delivered - up);
            if (connection.Down.Delivered > down) Interlocked.Add(ref _bytesDown, connection.Down.Delivered - down);
            if (connection.IsClosed) _connections.RemoveAt(i);
        }
    }

    private void WaitForWork()
    {
        _readable.Clear();
        _writable.Clear();
        _readers.Clear();
        _readable.Add(_alarm);
        bool accepts = _connections.Count < _options.MaximumConnections;
        if (accepts) _readable.Add(_listener);

        Milliseconds now = Now();
        Milliseconds due = now + new Milliseconds(Tolerance);
        Milliseconds next = Earlier(_up.NextStart, _down.NextStart);
        if (_trace is not null) next = Earlier(next, _nextStep);
        // Who is asked first changes from turn to turn, so that connections share a crowded entrance evenly.
        for (int i = 0; i < _connections.Count; i++)
        {
            LinkConnection connection = _connections[(i + _turn) % _connections.Count];
            next = Earlier(next, connection.NextEvent);
            next = Earlier(next, Watch(connection.Up, due));
            next = Earlier(next, Watch(connection.Down, due));
        }

        _turn = _connections.Count > 0 ? (_turn + 1) % _connections.Count : 0;
        int first = accepts ? 2 : 1;
        double wait = next.Value - now.Value;
        // Whole milliseconds, to the nearest: what is due within the tolerance is done, so nothing ever spins.
        int microseconds = double.IsPositiveInfinity(wait) ? -1 : wait <= Tolerance ? 0 : (int)Math.Min(Math.Round(wait), 60_000) * 1000;
        Socket.Select(_readable, _writable.Count > 0 ? _writable : null, null, microseconds);

        now = Now();
        int found = 0;
        if (found < _readable.Count && _readable[found] == _alarm)
        {
            found++;
            Span<byte> one = stackalloc byte[16];
            while (_alarm.Receive(one, SocketFlags.None, out SocketError error) > 0 && error == SocketError.Success)
            {
            }
        }

        bool accept = first == 2 && found < _readable.Count && _readable[found] == _listener;
        if (accept) found++;
        // What was found readable keeps the order in which it was asked for.
        foreach (LinkFlow reader in _readers)
        {
            if (found < _readable.Count && ReferenceEquals(_readable[found], reader.Input))
            {
                found++;
                reader.Read(now);
            }
            else
            {
                reader.NothingToRead();
            }
        }

        if (accept) Accept(now);
    }

    private Milliseconds Watch(LinkFlow flow, Milliseconds due)
    {
        if (flow.WantsToRead(due))
        {
            _readers.Add(flow);
            _readable.Add(flow.Input!);
        }

        if (flow.WantsToWrite) _writable.Add(flow.Output!);
        return !flow.IsReadOut && flow.Input is not null && flow.ReadableFrom > due ? flow.ReadableFrom : Milliseconds.Infinite;
    }

    private void Accept(Milliseconds now)
    {
        Socket client;
        try
        {
            client = _listener.Accept();
        }
        catch (SocketException)
        {
            // The client has gone again, or the process has no more handles: both pass.
            return;
        }

        client.Blocking = false;
        client.NoDelay = true;
        Interlocked.Increment(ref _accepted);
        LinkConnection connection = new(client, _up, _down, now);
        _connections.Add(connection);
        _ = ConnectAsync(connection);
    }

    private async Task ConnectAsync(LinkConnection connection)
    {
        Socket? target = null;
        try
        {
            target = _options.To is IPEndPoint
                ? new Socket(_options.To.AddressFamily, SocketType.Stream, ProtocolType.Tcp)
                : new Socket(SocketType.Stream, ProtocolType.Tcp);
            target.ReceiveBufferSize = KernelBuffer;
            await target.ConnectAsync(_options.To, _stop.Token);
            target.Blocking = false;
            target.NoDelay = true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            LinkConnection.Reset(target);
            target = null;
        }

        _connected.Enqueue((connection, target));
        Wake();
        if (Completion.IsCompleted) Drain();
    }

    private void Wake()
    {
        try
        {
            _alarm.Send([1], SocketFlags.None, out _);
        }
        catch (ObjectDisposedException)
        {
            // The loop has ended.
        }
    }

    private void Close()
    {
        _listener.Dispose();
        foreach (LinkConnection connection in _connections) connection.Abort();
        _connections.Clear();
        Drain();
        _alarm.Dispose();
    }

    private void Drain()
    {
        while (_connected.TryDequeue(out (LinkConnection Connection, Socket? Target) news)) LinkConnection.Reset(news.Target);
    }

    private static Milliseconds Earlier(Milliseconds a, Milliseconds b) => a < b ? a : b;
}
