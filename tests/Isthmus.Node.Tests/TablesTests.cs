using System.Net;
using Isthmus.Core.Codec;
using Isthmus.Core.Tensors;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using static Isthmus.Node.Tests.RunningNode;

namespace Isthmus.Node.Tests;

/// <summary>Trained tables: sent once, by hash, and used on both sides of a cut.</summary>
public sealed class TablesTests
{
    [Fact]
    public async Task ShipTables_Twice_SendsThemOnce()
    {
        await using RunningNode node = await StartAsync();
        CodecTables tables = Train();

        Assert.True(await node.Client.ShipTablesAsync(tables, Token));
        Assert.False(await node.Client.ShipTablesAsync(tables, Token));
        using NodeClient another = new(node.Client.Url);
        Assert.False(await another.ShipTablesAsync(tables, Token));
    }

    [Fact]
    public async Task Infer_HeadThenTailWithTrainedTables_EqualsTheWhole()
    {
        await using RunningNode node = await StartAsync();
        CodecTables tables = Train();
        await node.Client.ShipTablesAsync(tables, Token);
        using InferRequest head = Request(new SegmentRequest { To = ["b"], Codec = CodecSpec.Dense(64), Tables = [tables.Id] });
        using InferExchange middle = await node.Client.InferAsync("chain", head, Token);
        Assert.Equal(tables.Id, Assert.Single(middle.Response.Outputs).Parameters.Text(ProtocolNames.Tables));

        using InferRequest tail = InferRequest.ForSegment(new SegmentRequest { From = ["b"] }, middle.Response.Outputs);
        using InferExchange end = await node.Client.InferAsync("chain", tail, Token);

        float[] y = end.Response.Outputs[0].Content.Floats.ToArray();
        Assert.All(y.Zip([-4f, 0, -12, -16]), pair => Assert.Equal(pair.Second, pair.First, 1.5));
        Assert.Equal(0, y[1]);
    }

    [Fact]
    public async Task Infer_WithNextNode_UsesTheTablesOnTheWayBetweenThem()
    {
        await using RunningNode cloud = await StartAsync();
        await using RunningNode edge = await StartAsync();
        CodecTables tables = Train();
        await cloud.Client.ShipTablesAsync(tables, Token);
        await edge.Client.ShipTablesAsync(tables, Token);
        using InferRequest request = Request(new SegmentRequest { To = ["b"], Codec = CodecSpec.Dense(64), Tables = [tables.Id], Next = new("cloud", cloud.Server.Url, ["b"]) });

        using InferExchange exchange = await edge.Client.InferAsync("chain", request, Token);

        Assert.Null(exchange.Trace!.Fallback);
        Assert.Equal(2, exchange.Trace.Hops.Count);
    }

    [Fact]
    public async Task Infer_WithTablesThatTheNodeLacks_IsRefusedAsUnknown()
    {
        await using RunningNode node = await StartAsync();
        using InferRequest request = Request(new SegmentRequest { To = ["b"], Codec = CodecSpec.Dense(8), Tables = [Train().Id] });

        NodeException e = await Assert.ThrowsAsync<NodeException>(() => node.Client.InferAsync("chain", request, Token));

        Assert.Equal(NodeFailure.Unknown, e.Failure);
        Assert.Contains("trained tables", e.Message, StringComparison.Ordinal);
        await node.AssertAliveAsync();
    }

    [Fact]
    public async Task Infer_WithMoreTablesThanTensors_IsRefused()
    {
        await using RunningNode node = await StartAsync();
        using InferRequest request = Request(new SegmentRequest { To = ["b"], Codec = CodecSpec.Dense(8), Tables = ["", ""] });
        Assert.Equal(NodeFailure.Refused, (await Assert.ThrowsAsync<NodeException>(() => node.Client.InferAsync("chain", request, Token))).Failure);
    }

    [Theory]
    [InlineData("xyz", HttpStatusCode.BadRequest)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", HttpStatusCode.BadRequest)]
    [InlineData("..%2F..%2F..%2Fetc%2Fpasswd", HttpStatusCode.BadRequest)]
    public async Task Put_OfWhatIsNoTables_IsRefused(string hash, HttpStatusCode status)
    {
        await using RunningNode node = await StartAsync();
        foreach (byte[] body in new[] { [], "no tables"u8.ToArray(), Train().Bytes.ToArray() })
        {
            using HttpResponseMessage response = await node.Http.PutAsync($"/v2/isthmus/tables/{hash}", new ByteArrayContent(body), Token);
            Assert.Equal(status, response.StatusCode);
        }

        await node.AssertAliveAsync();
    }

    private static CodecTables Train()
    {
        CodecTablesTrainer trainer = new(new TensorShape(1, 4));
        for (int i = 1; i < 6; i++) trainer.Add([2f * i, 0, 6, 8]);
        return trainer.Train()!;
    }
}
