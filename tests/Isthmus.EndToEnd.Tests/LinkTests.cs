using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Isthmus.Runtime.Links;

namespace Isthmus.EndToEnd.Tests;

public sealed class LinkTests
{
    [Fact]
    public async Task Link_CarriesBytesAndIsTerminated_AccountsForThemInOneObject()
    {
        using Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        await using IsthmusProcess link = IsthmusProcess.Start(
            "link", "--listen", "127.0.0.1:0", "--to", listener.LocalEndPoint!.ToString()!, "--rate", "80mbit", "--delay", "1ms", "--json");
        Uri address = await link.AddressAsync();
        using Socket client = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(LinkAddress.ParseListen(address.ToString()), TestContext.Current.CancellationToken);
        using Socket server = await listener.AcceptAsync(TestContext.Current.CancellationToken);
        await client.SendAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        byte[] received = new byte[8];
        int count = 0;
        while (count < 3) count += await server.ReceiveAsync(received.AsMemory(count), TestContext.Current.CancellationToken);
        link.Terminate();
        JsonElement account = (await link.EndAsync()).Json();
        Assert.True(account.GetProperty("emulated").GetBoolean());
        Assert.Equal(3, account.GetProperty("bytesUp").GetInt64());
        Assert.Equal(1, account.GetProperty("connections").GetInt64());
        Assert.Equal(80_000_000, account.GetProperty("up").GetProperty("rate").GetDouble());
    }
}
