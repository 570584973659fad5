using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using static Isthmus.Node.Tests.RunningNode;

namespace Isthmus.Node.Tests;

public sealed partial class NodeEndpointsTests
{
    [Theory]
    [InlineData("/v2/health/live")]
    [InlineData("/v2/health/ready")]
    [InlineData("/v2/models/chain/ready")]
    [InlineData("/v2")]
    [InlineData("/metrics")]
    public async Task Get_OfTheProtocol_Succeeds(string path)
    {
        await using RunningNode node = await StartAsync();
        using HttpResponseMessage response = await node.Http.GetAsync(path, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Describe_Model_NamesInputsAndOutputs()
    {
        await using RunningNode node = await StartAsync();

        ModelMetadata model = await node.Client.DescribeModelAsync("chain", Token);

        Assert.Equal(("chain", Chain.ToString()), (model.Name, model.Versions![0]));
        Assert.Equal([new("x", "FP32", new(1, 4))], model.Inputs);
        Assert.Equal([new("y", "FP32", new(1, 4))], model.Outputs);
    }

    [Fact]
    public async Task Describe_Node_TellsThatItIsEmulated()
    {
        await using RunningNode node = await StartAsync(o => o with { Slowdown = 3, Name = "slow" });

        NodeDescription description = await node.Client.DescribeNodeAsync(Token);

        Assert.Equal(("slow", Tier.Edge, 3.0, true), (description.Node, description.Tier, description.Slowdown, description.Emulated));
    }

    [Fact]
    public async Task Index_Always_ListsTheModels()
    {
        await using RunningNode node = await StartAsync();
        using HttpResponseMessage response = await node.PostAsync("/v2/repository/index", "{}");
        using JsonDocument json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(Token));
        Assert.Equal(["chain", "doubler", "picture"], json.RootElement.EnumerateArray().Select(m => m.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task PutModel_New_IsShippedOnceAndServed()
    {
        await using RunningNode node = await StartAsync(o => o with { ModelsFolder = null });
        Assert.False(await node.Client.HasModelAsync(Chain, Token));

        Assert.True(await node.Client.ShipModelAsync(Chain, TinyModels.Chain(), null, null, Token));

        node.Client.Forget(Chain);
        Assert.False(await node.Client.ShipModelAsync(Chain, TinyModels.Chain(), null, null, Token));
        using InferRequest request = Request();
        using InferExchange exchange = await node.Client.InferAsync(Chain.ToString(), request, Token);
        Assert.Equal(-4f, exchange.Response.Outputs[0].Content.Floats[0]);
        Assert.Equal(1, node.Server.Counters.ModelsReceived);
    }

    [Fact]
    public async Task PutModel_WrongHash_LeavesNothing()
    {
        await using RunningNode node = await StartAsync();
        ModelHash other = ModelHash.Of("other"u8);

        using HttpResponseMessage response = await node.Http.PutAsync($"/v2/isthmus/models/{other}", new ByteArrayContent(new byte[100_000]), Token);

        await AssertErrorAsync(response, HttpStatusCode.BadRequest);
        Assert.Empty(Directory.EnumerateFiles(node.DataFolder, "*", SearchOption.AllDirectories));
        Assert.False(await node.Client.HasModelAsync(other, Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PutModel_TooLarge_IsRefusedAndLeavesNothing(bool tellsLength)
    {
        await using RunningNode node = await StartAsync(o => o with { MaxModelBytes = 1000 });
        byte[] model = new byte[1001];
        using HttpRequestMessage request = new(HttpMethod.Put, $"/v2/isthmus/models/{ModelHash.Of(model)}") { Content = new ByteArrayContent(model) };
        if (!tellsLength)
        {
            request.Content = new StreamContent(new MemoryStream(model));
            request.Headers.TransferEncodingChunked = true;
        }

        using HttpResponseMessage response = await node.Http.SendAsync(request, Token);

        await AssertErrorAsync(response, HttpStatusCode.RequestEntityTooLarge);
        Assert.Empty(Directory.EnumerateFiles(node.DataFolder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task PutModel_NoModelAtAll_IsRefusedWhenUsed()
    {
        await using RunningNode node = await StartAsync();
        byte[] text = "This is no model."u8.ToArray();
        await node.Client.ShipModelAsync(ModelHash.Of(text), text, null, null, Token);

        using HttpResponseMessage response = await node.PostAsync($"/v2/models/{ModelHash.Of(text)}/infer", """{"inputs":[]}""");

        await AssertErrorAsync(response, HttpStatusCode.BadRequest);
        await node.AssertAliveAsync();
    }

    [Theory]
    [InlineData("""{"width":4,"height":4,"scale":255}""", HttpStatusCode.OK)]
    [InlineData("""{"width":0,"height":4}""", HttpStatusCode.BadRequest)]
    [InlineData("no json", HttpStatusCode.BadRequest)]
    public async Task PutManifest_Always_IsChecked(string manifest, HttpStatusCode status)
    {
        await using RunningNode node = await StartAsync();
        using HttpResponseMessage response = await node.Http.PutAsync($"/v2/isthmus/models/{Chain}/manifest", new StringContent(manifest), Token);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(status == HttpStatusCode.OK ? 1 : 0, Directory.EnumerateFiles(node.DataFolder, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Measure_Segment_TimesRunsAndCodecs()
    {
        await using RunningNode node = await StartAsync(o => o with { Slowdown = 2 });

        MeasureReply reply = await node.Client.MeasureAsync(
            Chain, new MeasureRequest { From = ["a"], To = ["c"], Codecs = [CodecSpec.Raw, CodecSpec.Huffman(4)], Warmup = 1, Repeats = 7 }, Token);

        Assert.Equal(7, reply.Timing!.Count);
        Assert.True(reply.Timing.P50.Value > 0 && reply.Timing.P95 >= reply.Timing.P50);
        Assert.Equal([CodecSpec.Raw, CodecSpec.Huffman(4)], reply.Codecs.Select(c => c.Codec));
        Assert.All(reply.Codecs, c => Assert.True(c.Bytes.Value > 0));
        Assert.Equal((2.0, true), (reply.Slowdown, reply.Emulated));
    }

    [Fact]
    public async Task Measure_ColdSegmentThatIsLoaded_LoadsItAgain()
    {
        await using RunningNode node = await StartAsync();
        MeasureRequest request = new() { From = ["a"], To = ["c"], Warmup = 0, Repeats = 1 };
        await node.Client.MeasureAsync(Chain, request, Token);
        long loaded = node.Server.Counters.SessionsLoaded;

        MeasureReply warm = await node.Client.MeasureAsync(Chain, request, Token);
        Assert.Equal(loaded, node.Server.Counters.SessionsLoaded);
        Assert.Null(warm.PeakMemoryBytes);

        MeasureReply cold = await node.Client.MeasureAsync(Chain, request with { Cold = true }, Token);
        Assert.Equal(loaded + 1, node.Server.Counters.SessionsLoaded);
        Assert.True(cold.Load.Value > 0);
    }

    [Fact]
    public async Task Probe_OtherNode_TellsRoundTripAndBandwidth()
    {
        await using RunningNode cloud = await StartAsync();
        await using RunningNode edge = await StartAsync();

        ProbeReply reply = await edge.Client.ProbeAsync(new Uri(cloud.Server.Url), Token);

        Assert.True(reply.RoundTrip.Value > 0);
        Assert.True(reply.Bandwidth.Value > 1e6);
        Assert.Equal(0, cloud.Server.Counters.Requests);
    }

    [Fact]
    public async Task Metrics_AfterRequests_AreValidPrometheusText()
    {
        await using RunningNode node = await StartAsync();
        await node.AssertAliveAsync();
        await node.AssertAliveAsync();
        using (HttpResponseMessage bad = await node.PostAsync("/v2/models/chain/infer", "")) await AssertErrorAsync(bad, HttpStatusCode.BadRequest);

        string text = await node.Http.GetStringAsync("/metrics", Token);

        string[] lines = text.Split('\n');
        Assert.Equal("", lines[^1]);
        Assert.All(lines[..^1], line => Assert.Matches(MetricLine(), line));
        Assert.Contains("""isthmus_requests_total{outcome="answered"} 2""", lines);
        Assert.Contains("""isthmus_requests_total{outcome="invalid"} 1""", lines);
        Assert.Contains("isthmus_sessions 1", lines);
        Assert.Contains("""isthmus_request_duration_seconds_bucket{le="+Inf"} 2""", lines);
        long[] buckets = [.. lines.Where(l => l.StartsWith("isthmus_request_duration_seconds_bucket", StringComparison.Ordinal)).Select(l => long.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture))];
        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(lines.Length, lines.Where(l => l.StartsWith("# TYPE", StringComparison.Ordinal)).Distinct().Count() + lines.Count(l => !l.StartsWith("# TYPE", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Connection_PostInPieces_IsNotTakenForHttp2()
    {
        // "P" begins both POST and HTTP/2's preface.
        await using RunningNode node = await StartAsync();
        Uri url = new(node.Server.Url);
        using TcpClient tcp = new() { NoDelay = true };
        await tcp.ConnectAsync(url.Host, url.Port, Token);
        NetworkStream stream = tcp.GetStream();
        foreach (string piece in (string[])["P", "OST /v2/isthmus/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n", "Content-Length: 3\r\n\r\n", "abc"])
            await stream.WriteAsync(Encoding.ASCII.GetBytes(piece), Token);

        using StreamReader reader = new(stream);
        string answer = await reader.ReadToEndAsync(Token);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("""{"bytes":3}""", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortTaken_IsRefusedInOneSentence()
    {
        await using RunningNode node = await StartAsync();
        IsthmusException e = await Assert.ThrowsAsync<IsthmusException>(() => StartAsync(o => o with { Listen = node.Server.Url }));
        Assert.Equal(ErrorKind.Usage, e.Kind);
        Assert.Contains("taken", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_BeyondTheMemory_AreDropped()
    {
        await using RunningNode node = await StartAsync(o => o with { MemoryBytes = 1 });
        await node.AssertAliveAsync();
        using (HttpResponseMessage other = await node.PostAsync("/v2/models/doubler/infer", """{"inputs":[{"name":"x","shape":[1,3],"datatype":"FP32","data":[1,2,3]}]}"""))
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        await node.AssertAliveAsync();

        Assert.Equal((3, 3), (node.Server.Counters.SessionsLoaded, node.Server.Counters.SessionsEvicted));
    }

    [GeneratedRegex("""^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.eE+-]+)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex MetricLine();
}
