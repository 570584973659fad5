using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Imaging;
using Isthmus.Inference.Manifests;
using Isthmus.Node.Admission;
using Isthmus.Node.Hosting;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using Isthmus.Tests.Shared;
using static Isthmus.Node.Tests.RunningNode;

namespace Isthmus.Node.Tests;

public sealed class DeadlineStreamTests
{
    private const string Path = "/v2/models/picture/infer";
    private static readonly InputEncoding Jpeg = InputEncoding.Jpeg(90);
    private static readonly ImagePreprocessor Preprocessor = new(new ModelManifest { Width = 8, Height = 8, Mean = new(0), Scale = new(255) }, DamagePolicy.Accept);
    private static readonly byte[] Picture = Preprocessor.Encode(TestPicture.Png(1), Jpeg);
    private static readonly int FirstScan = ImagePreprocessor.Boundaries(Picture, Jpeg)[0];

    private static string Json(double until = 50, int? least = null, int? announced = null, string input = "jpeg:90", double? deadline = null, string datatype = "UINT8") =>
        JsonSerializer.Serialize(new
        {
            parameters = new Dictionary<string, object> { ["binary_data_output"] = true, ["isthmus"] = deadline is null ? "{}" : $$"""{"deadlineMs":{{deadline}}}""" },
            inputs = new[]
            {
                new
                {
                    name = "image", datatype, shape = new[] { announced ?? Picture.Length },
                    parameters = new Dictionary<string, object>
                    {
                        ["binary_data_size"] = announced ?? Picture.Length, ["isthmus.input"] = input, ["isthmus.until_ms"] = until, ["isthmus.least"] = least ?? FirstScan,
                    },
                },
            },
        });

    private static float[] ExpectedMeans(int bytes)
    {
        using Tensor tensor = Preprocessor.FromEncoded(Picture.AsMemory(0, bytes), bytes < Picture.Length ? Jpeg.First(0.5) : Jpeg);
        float[] pixels = tensor.Floats.ToArray();
        return [.. Enumerable.Range(0, 3).Select(c => pixels.AsSpan(c * 64, 64).ToArray().Average())];
    }

    private static void AssertAnswered(InferResponse response, int bytes, bool isCut)
    {
        HopTrace hop = Assert.Single(response.Trace()!.Hops);
        Assert.Equal((bytes, Picture.Length, isCut), ((int)hop.BytesUsed!, (int)hop.BytesAnnounced!, hop.IsCut));
        float[] expected = ExpectedMeans(bytes);
        Assert.All(response.Outputs[0].Content.Floats.ToArray().Zip(expected), p => Assert.Equal(p.Second, p.First, 1e-4));
    }

    private static async Task<(HttpStatusCode Status, InferResponse? Answer, string? Error)> PostAsync(RunningNode node, Version version, Func<Stream, Task> write, string json)
    {
        using HttpClient http = new();
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(new Uri(node.Server.Url), Path))
        {
            Version = version,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new WrittenContent(write),
        };
        request.Content.Headers.Add(ProtocolNames.HeaderLength, Encoding.UTF8.GetByteCount(json).ToString());
        using HttpResponseMessage response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
        if (!response.IsSuccessStatusCode) return (response.StatusCode, null, await AssertErrorAsync(response, response.StatusCode));
        string header = response.Headers.GetValues(ProtocolNames.HeaderLength).Single();
        return (response.StatusCode, await InferReader.ReadResponseAsync(await response.Content.ReadAsStreamAsync(Token), long.Parse(header), InferLimits.Default, Token), null);
    }

    private static async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> bytes)
    {
        await stream.WriteAsync(bytes, Token);
        await stream.FlushAsync(Token);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Infer_BodyEndsEarly_AnswersFromWhatCame(string version)
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 30_000);
        foreach (int bytes in new[] { FirstScan, FirstScan + 7, Picture.Length - 1, Picture.Length })
        {
            (HttpStatusCode status, InferResponse? answer, string? error) = await PostAsync(node, new(version), async stream =>
            {
                await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
                await WriteAsync(stream, Picture.AsMemory(0, bytes));
            }, json);
            Assert.True(status == HttpStatusCode.OK, error);
            using (answer) AssertAnswered(answer!, bytes, isCut: false);
        }
    }

    [Fact]
    public async Task Infer_BodyNeverEndsOverHttp2_AnswersWhenTheTimeIsUpAndTheConnectionLives()
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 40);
        for (int i = 0; i < 3; i++)
        {
            TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
            (HttpStatusCode status, InferResponse? answer, string? error) = await PostAsync(node, HttpVersion.Version20, async stream =>
            {
                await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
                await WriteAsync(stream, Picture.AsMemory(0, FirstScan + 3));
                await answered.Task.WaitAsync(Token);
            }, json);
            answered.SetResult();
            Assert.True(status == HttpStatusCode.OK, error);
            using (answer) AssertAnswered(answer!, FirstScan + 3, isCut: true);
        }

        await AssertIdleAsync(node);
    }

    [Fact]
    public async Task Infer_OneByteAtATime_AnswersFromWhatCameWhenTheTimeIsUp()
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 60, announced: 200_000);
        using CancellationTokenSource answered = new();
        int written = 0;
        (HttpStatusCode status, InferResponse? answer, string? error) = await PostAsync(node, HttpVersion.Version20, async stream =>
        {
            await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
            await WriteAsync(stream, Picture.AsMemory(0, FirstScan));
            // A picture's own bytes, then any.
            for (; !answered.IsCancellationRequested; written++)
            {
                await WriteAsync(stream, new byte[] { FirstScan + written < Picture.Length ? Picture[FirstScan + written] : (byte)0 });
                await Task.Yield();
            }
        }, json);
        await answered.CancelAsync();
        Assert.True(status == HttpStatusCode.OK, error);
        using (answer)
        {
            HopTrace hop = answer!.Trace()!.Hops[0];
            Assert.True(hop.IsCut);
            Assert.InRange((int)hop.BytesUsed!, FirstScan, 199_999);
        }

        await AssertIdleAsync(node);
    }

    [Fact]
    public async Task Infer_TooLittleCameInTime_WaitsForTheFirstScanAndThenAnswers()
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 1);
        // Until a millisecond is over, nothing has come: the node waits on.
        (HttpStatusCode status, InferResponse? answer, string? error) = await PostAsync(node, HttpVersion.Version20, async stream =>
        {
            await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
            long start = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(start).TotalMilliseconds < 30) await Task.Yield();
            await WriteAsync(stream, Picture.AsMemory(0, FirstScan));
            await WriteAsync(stream, Picture.AsMemory(FirstScan, 2));
        }, json);
        Assert.True(status == HttpStatusCode.OK, error);
        using (answer) Assert.InRange((int)answer!.Trace()!.Hops[0].BytesUsed!, FirstScan, FirstScan + 2);
    }

    [Fact]
    public async Task Infer_NothingComesUntilTheDeadline_IsRefusedInOneSentence()
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 10, deadline: 60);
        TaskCompletionSource answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        (HttpStatusCode status, _, string? error) = await PostAsync(node, HttpVersion.Version20, async stream =>
        {
            await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
            await answered.Task.WaitAsync(Token);
        }, json);
        answered.SetResult();
        Assert.Equal(HttpStatusCode.RequestTimeout, status);
        Assert.Contains($"Only 0 of the {FirstScan} bytes", error, StringComparison.Ordinal);
        await AssertIdleAsync(node);
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Infer_ZeroBytes_AreRefusedAtOnce(string version)
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 30_000);
        (HttpStatusCode status, _, string? error) = await PostAsync(node, new(version), stream => WriteAsync(stream, Encoding.UTF8.GetBytes(json)), json);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("it ended before", error, StringComparison.Ordinal);
        await node.AssertAliveAsync();
    }

    [Theory]
    [InlineData("1.1")]
    [InlineData("2.0")]
    public async Task Infer_MoreBytesThanAnnounced_AreRefused(string version)
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 30_000, announced: Picture.Length - 1);
        (HttpStatusCode status, _, string? error) = await PostAsync(node, new(version), stream => WriteAsync(stream, new byte[][] { Encoding.UTF8.GetBytes(json), Picture }.SelectMany(b => b).ToArray()), json);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("More than the", error, StringComparison.Ordinal);
        await node.AssertAliveAsync();
    }

    [Theory]
    [InlineData(0, 1, "jpeg:90", "UINT8", HttpStatusCode.BadRequest)]
    [InlineData(-5, 1, "jpeg:90", "UINT8", HttpStatusCode.BadRequest)]
    [InlineData(61_000, 1, "jpeg:90", "UINT8", HttpStatusCode.BadRequest)]
    [InlineData(50, 0, "jpeg:90", "UINT8", HttpStatusCode.BadRequest)]
    [InlineData(50, 1_000_000, "jpeg:90", "UINT8", HttpStatusCode.BadRequest)]
    [InlineData(50, 1, "png", "UINT8", HttpStatusCode.BadRequest)]
    [InlineData(50, 1, "file", "UINT8", HttpStatusCode.BadRequest)]
    [InlineData(50, 1, "jpeg:90", "BYTES", HttpStatusCode.BadRequest)]
    public async Task Infer_HeaderThatMakesNoSense_IsRefused(double until, int least, string input, string datatype, HttpStatusCode expected)
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until, least, input: input, datatype: datatype);
        (HttpStatusCode status, _, string? error) = await PostAsync(node, HttpVersion.Version20, async stream =>
        {
            await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
            await WriteAsync(stream, Picture.AsMemory(0, FirstScan));
        }, json);
        Assert.True(status == expected, error);
        await node.AssertAliveAsync();
    }

    [Fact]
    public async Task Infer_MoreAnnouncedThanTheLimit_IsRefusedBeforeAnythingIsRead()
    {
        await using RunningNode node = await StartAsync();
        string json = Json(announced: 300 << 20);
        (HttpStatusCode status, _, _) = await PostAsync(node, HttpVersion.Version20, stream => WriteAsync(stream, Encoding.UTF8.GetBytes(json)), json);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [Fact]
    public async Task Infer_HugeAnnouncementAndLittleContent_TakesMemoryForTheContentOnly()
    {
        await using RunningNode node = await StartAsync();
        string json = Json(until: 30_000, announced: 250 << 20);
        long before = GC.GetTotalAllocatedBytes();
        for (int i = 0; i < 8; i++)
        {
            (HttpStatusCode status, InferResponse? answer, string? error) = await PostAsync(node, HttpVersion.Version20, async stream =>
            {
                await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
                await WriteAsync(stream, Picture.AsMemory(0, FirstScan));
            }, json);
            Assert.True(status == HttpStatusCode.OK, error);
            answer!.Dispose();
        }

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 200 << 20);
    }

    [Fact]
    public async Task Infer_BodyGoesOnAfterTheAnswerOverHttp11_IsDrainedAndTheConnectionServesOn()
    {
        await using RunningNode node = await StartAsync();
        Uri url = new(node.Server.Url);
        using TcpClient tcp = new();
        await tcp.ConnectAsync(url.Host, url.Port, Token);
        await using NetworkStream stream = tcp.GetStream();
        string json = Json(until: 40);
        for (int i = 0; i < 3; i++)
        {
            await WriteAsync(stream, Encoding.ASCII.GetBytes($"POST {Path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{ProtocolNames.HeaderLength}: {json.Length}\r\n\r\n"));
            await ChunkAsync(stream, Encoding.UTF8.GetBytes(json));
            await ChunkAsync(stream, Picture.AsMemory(0, FirstScan + 3));
            (int status, byte[] body, int header) = await ReadResponseAsync(stream);
            Assert.Equal(200, status);
            using InferResponse answer = await InferReader.ReadResponseAsync(new MemoryStream(body), header, InferLimits.Default, Token);
            AssertAnswered(answer, FirstScan + 3, isCut: true);
            // What is late harms nobody.
            await ChunkAsync(stream, Picture.AsMemory(FirstScan + 3));
            await WriteAsync(stream, "0\r\n\r\n"u8.ToArray());
        }

        await AssertIdleAsync(node);
    }

    [Fact]
    public async Task Infer_PacedByTheClient_StopsInTimeAndSaysWhatWasUsed()
    {
        await using RunningNode node = await StartAsync();
        BodyPace slow = new(ImagePreprocessor.Boundaries(Picture, Jpeg), new BitsPerSecond(80_000), new Milliseconds(60), FirstScan);
        BodyPace fast = slow with { Rate = BitsPerSecond.Unlimited, Until = new(30_000) };
        foreach ((BodyPace pace, bool whole) in new[] { (slow, false), (fast, true) })
        {
            using InferRequest request = InferRequest.ForSegment(SegmentRequest.Whole, [Open(pace)]);
            using InferExchange exchange = await node.Client.InferAsync("picture", request, pace, Token);
            HopTrace hop = exchange.Trace!.Hops[0];
            Assert.Equal(Picture.Length, hop.BytesAnnounced);
            Assert.Equal(whole, hop.BytesUsed == Picture.Length);
            Assert.Equal(whole, exchange.Paced!.Content.Value == Picture.Length);
            Assert.True(hop.BytesUsed >= FirstScan && hop.BytesUsed <= exchange.Paced.Content.Value);
            AssertAnswered(exchange.Response, (int)hop.BytesUsed!, hop.IsCut);
        }
    }

    [Fact]
    public async Task Infer_WithAPartToCheck_AnswersFromEverythingAndSaysWhetherThePartAgrees()
    {
        await using RunningNode node = await StartAsync();
        float[] whole = ExpectedMeans(Picture.Length), part = ExpectedMeans(FirstScan);
        (HttpStatusCode status, InferResponse? answer, string? error) = await PostPartAsync(node, FirstScan);
        Assert.True(status == HttpStatusCode.OK, error);
        using (answer)
        {
            Assert.All(answer!.Outputs[0].Content.Floats.ToArray().Zip(whole), p => Assert.Equal(p.Second, p.First, 1e-4));
            PartCheck check = answer.Trace()!.Hops[0].Check!;
            Assert.Equal((FirstScan, Array.IndexOf(whole, whole.Max()) == Array.IndexOf(part, part.Max())), (check.Bytes, check.Agrees));
        }

        // A part that is no picture agrees with nothing, and costs no answer.
        (status, answer, error) = await PostPartAsync(node, 1);
        Assert.True(status == HttpStatusCode.OK, error);
        using (answer) Assert.False(answer!.Trace()!.Hops[0].Check!.Agrees);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(1_000_000)]
    [InlineData(1.5)]
    public async Task Infer_WithAPartThatIsNone_IsRefused(double part)
    {
        await using RunningNode node = await StartAsync();
        (HttpStatusCode status, _, string? error) = await PostPartAsync(node, part);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("isthmus.part", error, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, InferResponse? Answer, string? Error)> PostPartAsync(RunningNode node, double part)
    {
        string json = JsonSerializer.Serialize(new
        {
            parameters = new Dictionary<string, object> { ["binary_data_output"] = true },
            inputs = new[]
            {
                new { name = "image", datatype = "UINT8", shape = new[] { Picture.Length }, parameters = new Dictionary<string, object> { ["binary_data_size"] = Picture.Length, ["isthmus.input"] = "jpeg:90", ["isthmus.part"] = part } },
            },
        });
        return await PostAsync(node, HttpVersion.Version20, async stream =>
        {
            await WriteAsync(stream, Encoding.UTF8.GetBytes(json));
            await WriteAsync(stream, Picture);
        }, json);
    }

    private static InferTensor Open(BodyPace pace) => InferTensor.OfBytes(
        "image", Picture, new() { { ProtocolNames.Input, "jpeg:90" }, { ProtocolNames.UntilMs, pace.Until.Value }, { ProtocolNames.Least, pace.Least } });

    private static async Task ChunkAsync(Stream stream, ReadOnlyMemory<byte> bytes)
    {
        await WriteAsync(stream, Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"));
        await WriteAsync(stream, bytes);
        await WriteAsync(stream, "\r\n"u8.ToArray());
    }

    private static async Task<(int Status, byte[] Body, int Header)> ReadResponseAsync(Stream stream)
    {
        List<byte> head = [];
        byte[] one = new byte[1];
        while (head.Count < 4 || !head[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            await stream.ReadExactlyAsync(one, Token);
            head.Add(one[0]);
        }

        string[] lines = Encoding.ASCII.GetString([.. head]).Split("\r\n");
        byte[] body = new byte[int.Parse(Header("Content-Length"))];
        await stream.ReadExactlyAsync(body, Token);
        return (int.Parse(lines[0].Split(' ')[1]), body, int.Parse(Header(ProtocolNames.HeaderLength)));

        string Header(string name) => lines.First(l => l.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
    }

    // No request, no worker, nothing that waits, and the next one is answered.
    private static async Task AssertIdleAsync(RunningNode node)
    {
        await node.AssertAliveAsync();
        await node.Server.Part<NodeState>().IdleAsync(Token);
        Assert.Equal((0, 0), (node.Server.Part<WorkQueue>().Busy, node.Server.Part<WorkQueue>().Waiting));
    }

    private sealed class WrittenContent(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
