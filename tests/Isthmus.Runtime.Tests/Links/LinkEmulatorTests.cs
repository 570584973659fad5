using System.Net;
using System.Net.Sockets;
using Isthmus.Core.Errors;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;

namespace Isthmus.Runtime.Tests.Links;

public sealed class LinkEmulatorTests
{
    private static readonly LinkConditions Quick = new(new BitsPerSecond(400e6), new Milliseconds(1));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Socket Listen(IPAddress? address = null)
    {
        address ??= IPAddress.Loopback;
        Socket listener = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, 0));
        listener.Listen();
        return listener;
    }

    private static LinkEmulator Link(Socket target, LinkConditions? up = null, LinkConditions? down = null, LinkTrace? trace = null, IPEndPoint? listen = null) =>
        LinkEmulator.Start(new LinkEmulatorOptions
        {
            Listen = listen ?? new IPEndPoint(IPAddress.Loopback, 0),
            To = target.LocalEndPoint!,
            Up = up ?? Quick,
            Down = down ?? up ?? Quick,
            Trace = trace,
        });

    private static async Task<(Socket Client, Socket Server)> ConnectAsync(LinkEmulator link, Socket listener)
    {
        Socket client = new(link.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(link.EndPoint, Cancel);
        return (client, await listener.AcceptAsync(Cancel));
    }

    private static byte[] RandomBytes(int size, int seed)
    {
        byte[] bytes = new byte[size];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static async Task SendAllAsync(Socket socket, byte[] bytes, int seed)
    {
        Random random = new(seed);
        for (int at = 0; at < bytes.Length;)
            at += await socket.SendAsync(bytes.AsMemory(at, Math.Min(bytes.Length - at, random.Next(1, 30_000))), Cancel);
        socket.Shutdown(SocketShutdown.Send);
    }

    private static async Task<byte[]> ReceiveAllAsync(Socket socket)
    {
        MemoryStream all = new();
        byte[] some = new byte[20_000];
        for (int count; (count = await socket.ReceiveAsync(some, Cancel)) > 0;) all.Write(some, 0, count);
        return all.ToArray();
    }

    private static async Task<SocketError> ReceiveErrorAsync(Socket socket)
    {
        byte[] one = new byte[1];
        try
        {
            return await socket.ReceiveAsync(one, Cancel) == 0 ? SocketError.Success : SocketError.SocketError;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode;
        }
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2_000_000, 1_500_000)]
    public async Task Link_RandomBytesBothWays_ArriveExactlyAndAreCounted(int upBytes, int downBytes)
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            (byte[] up, byte[] down) = (RandomBytes(upBytes, 1), RandomBytes(downBytes, 2));
            Task<byte[]> atServer = ReceiveAllAsync(server), atClient = ReceiveAllAsync(client);
            await Task.WhenAll(SendAllAsync(client, up, 3), SendAllAsync(server, down, 4), atServer, atClient);
            Assert.Equal(up, await atServer);
            Assert.Equal(down, await atClient);
        }

        // Bytes are counted right after they were handed on: whoever got them may be faster than that.
        await link.DisposeAsync();
        Assert.Equal((upBytes, downBytes, 1), (link.Counters.BytesUp.Value, link.Counters.BytesDown.Value, link.Counters.Connections));
    }

    [Fact]
    public async Task Link_JitterAndLoss_ArriveExactlyInOrder()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener, new LinkConditions(new(200e6), new(2), new(2), 0.05));
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            byte[] up = RandomBytes(300_000, 1);
            Task<byte[]> atServer = ReceiveAllAsync(server);
            await SendAllAsync(client, up, 3);
            Assert.Equal(up, await atServer);
        }

        Assert.True(link.Counters.LostSegments > 0);
    }

    [Fact]
    public async Task Link_ManyConnections_EachGetsItsOwnBytes()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async i =>
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(link.EndPoint, Cancel);
            byte[] bytes = RandomBytes(20_000 + i, i);
            // The server answers whoever it accepted with what that one sent.
            Task echo = Task.Run(
                async () =>
                {
                    using Socket server = await listener.AcceptAsync(Cancel);
                    await SendAllAsync(server, await ReceiveAllAsync(server), i);
                },
                Cancel);
            await SendAllAsync(client, bytes, i);
            Assert.Equal(bytes, await ReceiveAllAsync(client));
            await echo;
        }));
        Assert.Equal(20, link.Counters.Connections);
    }

    [Fact]
    public async Task Link_ClientHalfCloses_ServerStillAnswers()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            await SendAllAsync(client, [1, 2, 3], 1);
            Assert.Equal([1, 2, 3], await ReceiveAllAsync(server));
            await server.SendAsync(new byte[] { 4, 5 }, Cancel);
            server.Shutdown(SocketShutdown.Send);
            Assert.Equal([4, 5], await ReceiveAllAsync(client));
        }
    }

    [Fact]
    public async Task Link_ServerSpeaksFirst_ClientHearsIt()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            await SendAllAsync(server, [9], 1);
            Assert.Equal([9], await ReceiveAllAsync(client));
        }
    }

    [Fact]
    public async Task Link_ClientResets_ServerIsReset()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (server)
        {
            client.LingerState = new LingerOption(true, 0);
            client.Dispose();
            Assert.Equal(SocketError.ConnectionReset, await ReceiveErrorAsync(server));
        }
    }

    [Fact]
    public async Task Link_ServerResets_ClientIsReset()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        {
            server.LingerState = new LingerOption(true, 0);
            server.Dispose();
            Assert.Equal(SocketError.ConnectionReset, await ReceiveErrorAsync(client));
        }
    }

    [Fact]
    public async Task Link_ServerResetsWhileClientSends_ClientsSendFails()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        {
            server.LingerState = new LingerOption(true, 0);
            server.Dispose();
            await Assert.ThrowsAsync<SocketException>(async () =>
            {
                byte[] bytes = new byte[10_000];
                while (true) await client.SendAsync(bytes, Cancel);
            });
        }
    }

    [Fact]
    public async Task Link_UnreachableTarget_ResetsTheClientAndStaysUp()
    {
        using Socket listener = Listen();
        EndPoint gone = listener.LocalEndPoint!;
        listener.Dispose();
        await using LinkEmulator link = LinkEmulator.Start(new LinkEmulatorOptions { To = gone, Up = Quick, Down = Quick });
        for (int i = 0; i < 2; i++)
        {
            using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await client.ConnectAsync(link.EndPoint, Cancel);
            Assert.Equal(SocketError.ConnectionReset, await ReceiveErrorAsync(client));
        }

        Assert.Equal(2, link.Counters.RefusedConnections);
    }

    [Fact]
    public async Task Link_ReceiverDoesNotRead_SenderIsHeldBack()
    {
        using Socket listener = Listen();
        listener.ReceiveBufferSize = 32 * 1024;
        await using LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            // The kernel's buffers and the link's window hold some; a sender that may write on for ever is not held back.
            client.SendBufferSize = 32 * 1024;
            client.Blocking = false;
            long sent = 0;
            byte[] bytes = new byte[16 * 1024];
            while (sent < 64 << 20)
            {
                int count = client.Send(bytes, SocketFlags.None, out SocketError error);
                if (error == SocketError.Success) sent += count;
                else if (!client.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectWrite)) break;
            }

            Assert.InRange(sent, 1, 16 << 20);
        }
    }

    [Fact]
    public async Task SetConditions_BytesWaitOnACrawlingLink_TheyCrossAtTheNewRate()
    {
        using Socket listener = Listen();
        // At 1 kbit/s this would take a quarter of an hour.
        await using LinkEmulator link = Link(listener, new LinkConditions(new(1e3), new(0)));
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            byte[] up = RandomBytes(100_000, 1);
            Task<byte[]> atServer = ReceiveAllAsync(server);
            Task sending = SendAllAsync(client, up, 3);
            link.SetConditions(Quick, Quick);
            await sending;
            Assert.Equal(up, await atServer);
        }

        Assert.Equal((Quick, Quick), (link.Up, link.Down));
    }

    [Fact]
    public async Task SetConditions_FigureOutOfRange_ThrowsAndChangesNothing()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        Assert.Throws<IsthmusException>(() => link.SetConditions(Quick, Quick with { Loss = 2 }));
        Assert.Equal(Quick, link.Down);
    }

    [Fact]
    public async Task Trace_FirstStepAtZero_HoldsForTheFirstBytes()
    {
        using Socket listener = Listen();
        LinkConditions crawling = new(new(1e3), new(0));
        await using LinkEmulator link = Link(listener, crawling, trace: new LinkTrace([new LinkTraceStep(Milliseconds.Zero, Quick, Quick)]));
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            Task<byte[]> atServer = ReceiveAllAsync(server);
            await SendAllAsync(client, RandomBytes(100_000, 1), 3);
            Assert.Equal(100_000, (await atServer).Length);
        }
    }

    [Fact]
    public async Task Link_IPv6Loopback_Carries()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "IPv6 is absent.");
        using Socket listener = Listen(IPAddress.IPv6Loopback);
        await using LinkEmulator link = Link(listener, listen: new IPEndPoint(IPAddress.IPv6Loopback, 0));
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            await SendAllAsync(client, [7], 1);
            Assert.Equal([7], await ReceiveAllAsync(server));
        }
    }

    [Fact]
    public async Task DisposeAsync_OpenConnections_ResetsThemAndFreesThePort()
    {
        using Socket listener = Listen();
        LinkEmulator link = Link(listener);
        (Socket client, Socket server) = await ConnectAsync(link, listener);
        using (client)
        using (server)
        {
            await link.DisposeAsync();
            await link.DisposeAsync();
            Assert.Equal(SocketError.ConnectionReset, await ReceiveErrorAsync(client));
            Assert.Equal(SocketError.ConnectionReset, await ReceiveErrorAsync(server));
        }

        await using LinkEmulator again = Link(listener, listen: link.EndPoint);
        Assert.True(link.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Start_PortInUse_IsANodeError()
    {
        using Socket listener = Listen();
        await using LinkEmulator link = Link(listener);
        Assert.Equal(ErrorKind.Node, Assert.Throws<IsthmusException>(() => Link(listener, listen: link.EndPoint)).Kind);
    }
}
