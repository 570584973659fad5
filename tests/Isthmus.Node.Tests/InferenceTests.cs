using System.Net;
using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Planning;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using static Isthmus.Node.Tests.RunningNode;

namespace Isthmus.Node.Tests;

public sealed class InferenceTests
{
    // 16×16 pixels, all of them (255, 0, 0).
    private const string RedPng = "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mP4z8BAEmIY1TCqYfhqAACQ+f8B8u7oVwAAAABJRU5ErkJggg==";

    [Theory]
    [InlineData("/v2/models/chain/infer")]
    [InlineData("/v2/models/chain/versions/1/infer")]
    public async Task Infer_StockClientWithJson_GetsPlainTensors(string path)
    {
        await using RunningNode node = await StartAsync();

        using HttpResponseMessage response = await node.PostAsync(path, """{"id":"r1","inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[[1,-2,3,4]]}]}""");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(HttpVersion.Version11, response.Version);
        Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        JsonElement output = json.RootElement.GetProperty("outputs")[0];
        Assert.Equal(("chain", "r1"), (json.RootElement.GetProperty("model_name").GetString(), json.RootElement.GetProperty("id").GetString()));
        Assert.Equal(("y", "FP32"), (output.GetProperty("name").GetString(), output.GetProperty("datatype").GetString()));
        Assert.Equal([1L, 4], output.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()));
        Assert.Equal([-4f, 0, -12, -16], output.GetProperty("data").EnumerateArray().Select(v => v.GetSingle()));
    }

    [Fact]
    public async Task Infer_StockClientWithBinaryTensors_GetsThemAsAskedFor()
    {
        await using RunningNode node = await StartAsync();
        using InferRequest request = new() { Inputs = Request().Inputs, Outputs = [new("y", true)] };
        using InferContent content = new(request);

        using HttpResponseMessage response = await node.Http.PostAsync($"/v2/models/{Chain}/infer", content, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        byte[] body = await response.Content.ReadAsByteArrayAsync(Token);
        int json = int.Parse(response.Headers.GetValues(ProtocolNames.HeaderLength).Single());
        Assert.Equal(16, body.Length - json);
        Assert.Equal([-4f, 0, -12, -16], System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(body.AsSpan(json)).ToArray());
    }

    [Fact]
    public async Task Infer_OverHttp2_TracesItsStages()
    {
        await using RunningNode node = await StartAsync(o => o with { Name = "e1", Slowdown = 2 });
        using InferRequest request = Request();

        using InferExchange exchange = await node.Client.InferAsync("chain", request, Token);

        HopTrace hop = Assert.Single(exchange.Trace!.Hops);
        Assert.Equal(("e1", Tier.Edge, 2.0), (hop.Node, hop.Tier, hop.Slowdown));
        Assert.True(hop.Run.Value > 0);
        Assert.True(hop.Total >= hop.Queue + hop.Run);
        Assert.Null(exchange.Trace.Fallback);
    }

    [Theory]
    [InlineData("raw")]
    [InlineData("half")]
    [InlineData("huffman:8")]
    public async Task Infer_HeadThenTailByFrames_EqualsTheWhole(string codec)
    {
        await using RunningNode node = await StartAsync();
        using InferRequest head = Request(new SegmentRequest { To = ["b"], Codec = CodecSpec.Parse(codec) });
        using InferExchange middle = await node.Client.InferAsync("chain", head, Token);
        InferTensor frame = Assert.Single(middle.Response.Outputs);
        Assert.Equal(("b", "UINT8", codec), (frame.Name, frame.Datatype, frame.Parameters.Text(ProtocolNames.Codec)));

        using InferRequest tail = InferRequest.ForSegment(new SegmentRequest { From = ["b"] }, middle.Response.Outputs);
        using InferExchange end = await node.Client.InferAsync("chain", tail, Token);

        Assert.Equal("y", end.Response.Outputs[0].Name);
        float[] y = end.Response.Outputs[0].Content.Floats.ToArray();
        Assert.All(y.Zip([-4f, 0, -12, -16]), pair => Assert.Equal(pair.Second, pair.First, 0.05));
    }

    [Fact]
    public async Task Infer_WithNextNode_PassesOnAndTracesBoth()
    {
        await using RunningNode cloud = await StartAsync(o => o with { Tier = Tier.Cloud });
        await using RunningNode edge = await StartAsync();
        using InferRequest request = Request(new SegmentRequest { To = ["b"], Codec = CodecSpec.Raw, Next = new("cloud", cloud.Server.Url, ["b"]), Deadline = new(20_000) });

        using InferExchange exchange = await edge.Client.InferAsync(Chain.ToString(), request, Token);

        Assert.Equal([-4f, 0, -12, -16], exchange.Response.Outputs[0].Content.Floats.ToArray());
        Assert.Equal([Tier.Edge, Tier.Cloud], exchange.Trace!.Hops.Select(h => h.Tier));
        Assert.True(exchange.Trace.Hops[0].BytesForwarded > 16);
        Assert.True(exchange.Trace.Hops[0].Forward >= exchange.Trace.Hops[1].Total);
        Assert.Null(exchange.Trace.Fallback);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_NextNodeFails_RunsTheRestAndSaysSo(bool isReachable)
    {
        // A node that is there but has none of the models, or nobody at all.
        await using RunningNode cloud = await StartAsync(o => o with { ModelsFolder = null });
        if (!isReachable) await cloud.Server.StopAsync(Token);
        await using RunningNode edge = await StartAsync();
        using InferRequest request = Request(new SegmentRequest { To = ["b"], Codec = CodecSpec.Raw, Next = new("far", cloud.Server.Url, ["b"]) });

        using InferExchange exchange = await edge.Client.InferAsync("chain", request, Token);

        Assert.Equal([-4f, 0, -12, -16], exchange.Response.Outputs[0].Content.Floats.ToArray());
        Assert.Contains("far failed", exchange.Trace!.Fallback, StringComparison.Ordinal);
        Assert.Null(Assert.Single(exchange.Trace.Hops).To);
        Assert.Equal(1, edge.Server.Counters.Fallbacks);
    }

    [Theory]
    [InlineData(ProtocolNames.Bytes)]
    [InlineData("UINT8")]
    public async Task Infer_ImageFile_IsDecodedAsTheManifestSays(string datatype)
    {
        await using RunningNode node = await StartAsync();
        byte[] png = Convert.FromBase64String(RedPng);
        using InferTensor image = InferTensor.OfBytes("any", png, new() { { ProtocolNames.Input, "file" } });
        using InferRequest request = new() { Inputs = [image] };
        using HttpContent content = datatype == "UINT8" ? new InferContent(request) : BytesContent(png);

        using HttpResponseMessage response = await node.Http.PostAsync("/v2/models/picture/infer", content, Token);

        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        float[] means = [.. json.RootElement.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(v => v.GetSingle())];
        Assert.Equal([1f, 0, 0], means);
    }

    [Fact]
    public async Task Infer_TextForAnImage_IsRefused()
    {
        await using RunningNode node = await StartAsync();
        using InferTensor image = InferTensor.OfBytes("x", "This is no image."u8.ToArray(), new() { { ProtocolNames.Input, "file" } });
        using InferRequest request = new() { Inputs = [image] };
        using InferContent content = new(request);

        using HttpResponseMessage response = await node.Http.PostAsync("/v2/models/picture/infer", content, Token);

        await AssertErrorAsync(response, HttpStatusCode.BadRequest);
        await node.AssertAliveAsync();
    }

    [Theory]
    [InlineData("/v2/models/none/infer", """{"inputs":[]}""", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/0000000000000000000000000000000000000000000000000000000000000000/infer", """{"inputs":[]}""", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/chain/versions/7/infer", """{"inputs":[]}""", HttpStatusCode.NotFound)]
    [InlineData("/v2/models/chain/infer", "", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[]}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"z","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}]}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"x","shape":[1,4],"datatype":"INT32","data":[1,2,3,4]}]}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"x","shape":[4],"datatype":"FP32","data":[1,2,3,4]}]}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"outputs":[{"name":"q"}]}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"isthmus":"{\"to\":[\"nowhere\"]}"}}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"b","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"isthmus":"{\"from\":[\"b\"],\"to\":[\"a\"]}"}}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,2,3,4]}],"parameters":{"isthmus":"{"}}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/models/chain/infer", """{"inputs":[{"name":"x","shape":[900000000],"datatype":"FP32","data":[]}]}""", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("/v2/isthmus/models/xyz/measure", """{}""", HttpStatusCode.BadRequest)]
    [InlineData("/v2/isthmus/probe", "", HttpStatusCode.BadRequest)]
    [InlineData("/v2/isthmus/probe?to=ftp://x", "", HttpStatusCode.BadRequest)]
    [InlineData("/nowhere", "", HttpStatusCode.NotFound)]
    public async Task Post_HostileRequest_IsRefusedAndTheNodeLives(string path, string json, HttpStatusCode status)
    {
        await using RunningNode node = await StartAsync();

        using HttpResponseMessage response = await node.PostAsync(path, json);

        await AssertErrorAsync(response, status);
        await node.AssertAliveAsync();
    }

    [Theory]
    [InlineData("99999999999", HttpStatusCode.RequestEntityTooLarge)]
    [InlineData("100000", HttpStatusCode.BadRequest)]
    [InlineData("-5", HttpStatusCode.BadRequest)]
    [InlineData("x", HttpStatusCode.BadRequest)]
    public async Task Infer_LyingHeaderLength_IsRefused(string length, HttpStatusCode status)
    {
        await using RunningNode node = await StartAsync();
        using ByteArrayContent content = new("{}"u8.ToArray());
        content.Headers.TryAddWithoutValidation(ProtocolNames.HeaderLength, length);

        using HttpResponseMessage response = await node.Http.PostAsync("/v2/models/chain/infer", content, Token);

        await AssertErrorAsync(response, status);
        await node.AssertAliveAsync();
    }

    [Fact]
    public async Task Infer_DamagedFrame_IsRefusedAndTheNodeLives()
    {
        await using RunningNode node = await StartAsync();
        using PooledBufferWriter frame = new();
        TensorCodecs.Get(CodecSpec.Raw).Encode([1, 2, 3, 4], new(1, 4), frame);
        for (int at = 0; at < frame.Length; at++)
        {
            byte[] damaged = frame.Written.ToArray();
            damaged[at] ^= 0x55;
            using InferRequest request = InferRequest.ForSegment(
                new SegmentRequest { From = ["b"] }, [InferTensor.OfBytes("b", damaged, new() { { ProtocolNames.Codec, "raw" } })]);

            NodeException e = await Assert.ThrowsAsync<NodeException>(() => node.Client.InferAsync("chain", request, Token));

            Assert.Equal(NodeFailure.Refused, e.Failure);
        }

        await node.AssertAliveAsync();
        Assert.Equal(frame.Length, node.Server.Counters.Invalid);
    }

    [Fact]
    public async Task Infer_FrameOfAnotherShape_IsRefused()
    {
        await using RunningNode node = await StartAsync();
        using PooledBufferWriter frame = new();
        TensorCodecs.Get(CodecSpec.Raw).Encode(new float[100], new(1, 100), frame);
        using InferRequest request = InferRequest.ForSegment(
            new SegmentRequest { From = ["b"] }, [InferTensor.OfBytes("b", frame.Written, new() { { ProtocolNames.Codec, "raw" } })]);

        NodeException e = await Assert.ThrowsAsync<NodeException>(() => node.Client.InferAsync("chain", request, Token));

        Assert.Equal(NodeFailure.Refused, e.Failure);
    }

    [Fact]
    public async Task Infer_ManyAtOnce_AnswersEachWithItsOwn()
    {
        await using RunningNode node = await StartAsync(o => o with { Workers = 2, QueueLimit = 1000 });
        await Task.WhenAll(Enumerable.Range(0, 100).Select(async i =>
        {
            using InferRequest request = Request(null, "x", i, 0, 0, 0);
            using InferExchange exchange = await node.Client.InferAsync("chain", request, Token);
            Assert.Equal(-4f * i, exchange.Response.Outputs[0].Content.Floats[0]);
        }));

        Assert.Equal(100, node.Server.Counters.Answered);
    }

    private static ByteArrayContent BytesContent(byte[] png)
    {
        string json = $$$"""{"inputs":[{"name":"x","shape":[1],"datatype":"BYTES","parameters":{"binary_data_size":{{{png.Length + 4}}}}}]}""";
        ByteArrayContent content = new([.. System.Text.Encoding.UTF8.GetBytes(json), .. BitConverter.GetBytes(png.Length), .. png]);
        content.Headers.Add(ProtocolNames.HeaderLength, json.Length.ToString());
        return content;
    }
}
