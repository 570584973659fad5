using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

public sealed class NodeTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static float[] RandomValues(int count, int seed)
    {
        Random random = new(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];
    }

    private static float[] RunHere(byte[] onnx, float[] values, params long[] shape)
    {
        using NetworkSession session = NetworkSession.Create(onnx, new SessionSettings { Threads = 1 });
        using Tensor input = Tensor.FromFloats(values, Shape(shape));
        Tensor[] outputs = session.Run([input], Cancel);
        float[] scores = outputs[0].Floats.ToArray();
        foreach (Tensor output in outputs) output.Dispose();
        return scores;
    }

    private static TensorShape Shape(long[] dimensions) => new([.. dimensions.Select(d => (int)d)]);

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], actual[i], 1e-5);
    }

    // What a client of any V2 server sends: numbers in JSON.
    private static async Task<float[]> InferAsJsonAsync(HttpClient client, string model, string input, float[] values, long[] shape)
    {
        using HttpResponseMessage answer = await client.PostAsJsonAsync(
            new Uri($"v2/models/{model}/infer", UriKind.Relative),
            new { id = "r1", inputs = new[] { new { name = input, shape, datatype = "FP32", data = values } } }, Cancel);
        JsonElement body = await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel);
        Assert.True(answer.IsSuccessStatusCode, body.ToString());
        Assert.Equal("r1", body.GetProperty("id").GetString());
        JsonElement output = body.GetProperty("outputs")[0];
        Assert.Equal("FP32", output.GetProperty("datatype").GetString());
        return [.. output.GetProperty("data").EnumerateArray().Select(v => v.GetSingle())];
    }

    // The same with the binary tensor extension, both ways.
    private static async Task<float[]> InferAsBytesAsync(HttpClient client, string model, string input, float[] values, long[] shape)
    {
        byte[] head = JsonSerializer.SerializeToUtf8Bytes(new
        {
            inputs = new[] { new { name = input, shape, datatype = "FP32", parameters = new { binary_data_size = values.Length * sizeof(float) } } },
            parameters = new { binary_data_output = true },
        });
        using ByteArrayContent content = new([.. head, .. MemoryMarshal.AsBytes(values.AsSpan())]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.Add("Inference-Header-Content-Length", head.Length.ToString());
        using HttpResponseMessage answer = await client.PostAsync(new Uri($"v2/models/{model}/infer", UriKind.Relative), content, Cancel);
        byte[] body = await answer.Content.ReadAsByteArrayAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, Encoding.UTF8.GetString(body));
        int length = int.Parse(answer.Headers.TryGetValues("Inference-Header-Content-Length", out IEnumerable<string>? values1)
            ? values1.Single() : answer.Content.Headers.GetValues("Inference-Header-Content-Length").Single());
        using JsonDocument json = JsonDocument.Parse(body.AsMemory(0, length));
        Assert.Equal(body.Length - length, json.RootElement.GetProperty("outputs")[0].GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
        return MemoryMarshal.Cast<byte, float>(body.AsSpan(length)).ToArray();
    }

    [Fact]
    public async Task Infer_StockClientWithTheSmallNetwork_GetsWhatTheNetworkSays()
    {
        using TestFolder models = new();
        SmallNetwork.Write(models);
        await using TestNode node = await TestNode.StartAsync("edge", "--models", models.Location);
        using HttpClient client = node.StockClient();
        long[] shape = [1, 3, SmallNetwork.Side, SmallNetwork.Side];
        float[] values = RandomValues(3 * SmallNetwork.Side * SmallNetwork.Side, 4);
        float[] expected = RunHere(SmallNetwork.Onnx(), values, shape);

        JsonElement model = await client.GetFromJsonAsync<JsonElement>(new Uri("v2/models/small", UriKind.Relative), Cancel);
        Assert.Equal("image", model.GetProperty("inputs")[0].GetProperty("name").GetString());
        AssertClose(expected, await InferAsJsonAsync(client, "small", "image", values, shape));
        AssertClose(expected, await InferAsBytesAsync(client, "small", "image", values, shape));
    }

    [Fact]
    public async Task Infer_StockClientWithMobileNet_GetsWhatTheNetworkSays()
    {
        string path = DevelopmentData.Model("mobilenet_v1_0.25_128.onnx");
        await using TestNode node = await TestNode.StartAsync("cloud", "--models", Path.GetDirectoryName(path)!);
        using HttpClient client = node.StockClient();
        const string Name = "mobilenet_v1_0.25_128";
        JsonElement model = await client.GetFromJsonAsync<JsonElement>(new Uri($"v2/models/{Name}", UriKind.Relative), Cancel);
        long[] shape = [1, 3, 128, 128];
        float[] values = RandomValues(3 * 128 * 128, 4);
        float[] expected = RunHere(await File.ReadAllBytesAsync(path, Cancel), values, shape);
        AssertClose(expected, await InferAsBytesAsync(client, Name, model.GetProperty("inputs")[0].GetProperty("name").GetString()!, values, shape));
    }

    [Fact]
    public async Task Infer_CorruptFrames_AreRefusedOneByOneAndTheNodeLivesOn()
    {
        byte[] onnx = SmallNetwork.Onnx();
        await using TestNode node = await TestNode.StartAsync("cloud");
        using NodeClient client = node.Client();
        ModelHash hash = ModelHash.Of(onnx);
        await client.ShipModelAsync(hash, onnx, null, null, Cancel);
        ArrayBufferWriter<byte> writer = new();
        CodecSpec codec = CodecSpec.Huffman(4);
        TensorCodecs.Get(codec).Encode(RandomValues(4 * 8 * 8, 2), Shape(SmallNetwork.NarrowShape), writer);
        byte[] frame = writer.WrittenSpan.ToArray();

        Random random = new(9);
        byte[][] corrupt =
        [
            [], [1], frame[..^1], frame[..(frame.Length / 2)], [.. frame, 0], new byte[frame.Length],
            .. Enumerable.Range(0, 20).Select(_ =>
            {
                byte[] copy = [.. frame];
                copy[random.Next(copy.Length)] ^= (byte)random.Next(1, 256);
                return copy;
            }),
        ];
        foreach (byte[] bytes in corrupt)
        {
            NodeException error = await Assert.ThrowsAsync<NodeException>(() => TailAsync(bytes));
            Assert.Equal(NodeFailure.Refused, error.Failure);
            Assert.Contains("frame", error.Message, StringComparison.OrdinalIgnoreCase);
        }

        Assert.True(await client.IsReadyAsync(Cancel));
        using InferExchange good = await TailAsync(frame);
        Assert.Equal(SmallNetwork.Classes, good.Response.Outputs[0].Content.Floats.Length);
        Assert.True(node.Process.IsRunning);

        async Task<InferExchange> TailAsync(byte[] bytes)
        {
            using InferRequest request = InferRequest.ForSegment(
                new SegmentRequest { From = [SmallNetwork.Narrow] },
                [InferTensor.OfBytes(SmallNetwork.Narrow, bytes, new() { { ProtocolNames.Codec, codec.ToString() } })]);
            return await client.InferAsync(hash.ToString(), request, Cancel);
        }
    }

    [Fact]
    public async Task Infer_TextInsteadOfAPicture_IsRefusedAndAPictureIsAnswered()
    {
        using TestFolder models = new();
        string path = SmallNetwork.Write(models);
        await using TestNode node = await TestNode.StartAsync("edge", "--models", models.Location);
        using NodeClient client = node.Client();
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => ClassifyAsync("This is no picture."u8.ToArray()));
        Assert.Equal(NodeFailure.Refused, error.Failure);
        using InferExchange good = await ClassifyAsync(TestPicture.Png(1));
        Assert.Equal(1, good.Response.Outputs[0].Content.Floats.ToArray().Sum(), 1e-4);

        async Task<InferExchange> ClassifyAsync(byte[] file)
        {
            using InferRequest request = InferRequest.ForSegment(
                new SegmentRequest { Input = InputEncoding.File },
                [InferTensor.OfBytes("image", file, new() { { ProtocolNames.Input, InputEncoding.File.ToString() } })]);
            return await client.InferAsync(Path.GetFileNameWithoutExtension(path), request, Cancel);
        }
    }

    [Fact]
    public async Task PutModel_TruncatedOnTheWay_IsRefusedAndNotKept()
    {
        byte[] onnx = SmallNetwork.Onnx();
        await using TestNode node = await TestNode.StartAsync("cloud");
        using HttpClient client = node.StockClient();
        Uri place = new($"v2/isthmus/models/{ModelHash.Of(onnx)}", UriKind.Relative);
        using ByteArrayContent half = new(onnx[..(onnx.Length / 2)]);
        using HttpResponseMessage refused = await client.PutAsync(place, half, Cancel);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.NotEmpty((await refused.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("error").GetString()!);
        using HttpRequestMessage ask = new(HttpMethod.Head, place);
        using HttpResponseMessage absent = await client.SendAsync(ask, Cancel);
        Assert.Equal(HttpStatusCode.NotFound, absent.StatusCode);
        using ByteArrayContent whole = new(onnx);
        using HttpResponseMessage taken = await client.PutAsync(place, whole, Cancel);
        Assert.True(taken.IsSuccessStatusCode);
    }

    [Fact]
    public async Task PutModel_TruncatedFileUnderItsOwnHash_IsAModelErrorWhenUsed()
    {
        byte[] broken = SmallNetwork.Onnx()[..2000];
        await using TestNode node = await TestNode.StartAsync("cloud");
        using NodeClient client = node.Client();
        NodeException error = await Assert.ThrowsAsync<NodeException>(async () =>
        {
            await client.ShipModelAsync(ModelHash.Of(broken), broken, null, null, Cancel);
            using InferRequest request = InferRequest.ForSegment(
                SegmentRequest.Whole, [new InferTensor("image", Tensor.FromFloats(new float[3 * 32 * 32], new(1, 3, 32, 32)))]);
            (await client.InferAsync(ModelHash.Of(broken).ToString(), request, Cancel)).Dispose();
        });
        Assert.Equal(NodeFailure.Refused, error.Failure);
        Assert.True(await client.IsReadyAsync(Cancel));
    }

    [Fact]
    public async Task Terminate_RequestsAccepted_AllAreAnsweredAndTheNodeEndsWell()
    {
        using TestFolder models = new();
        SmallNetwork.Write(models);
        // The slow-down is emulated, and gives the test time to end the node while requests wait.
        await using TestNode node = await TestNode.StartAsync("edge", "--models", models.Location, "--slowdown", "300", "--json");
        using NodeClient client = node.Client();
        (await ClassifyAsync()).Dispose();

        const int Requests = 6;
        Task<InferExchange>[] waiting = [.. Enumerable.Range(0, Requests).Select(_ => ClassifyAsync())];
        while (await node.MetricAsync("isthmus_queue_waiting") + await node.MetricAsync("isthmus_workers_busy") < Requests)
        {
            Assert.False(waiting[^1].IsCompleted, "The requests were answered before all of them were seen to wait: slow the node down further.");
            await Task.Yield();
        }

        node.Process.Terminate();
        foreach (InferExchange answer in await Task.WhenAll(waiting))
        {
            Assert.Equal(SmallNetwork.Classes, answer.Response.Outputs[0].Content.Floats.Length);
            answer.Dispose();
        }

        JsonElement account = (await node.Process.EndAsync()).Json();
        Assert.Equal(Requests + 1, account.GetProperty("answered").GetInt32());

        async Task<InferExchange> ClassifyAsync()
        {
            using InferRequest request = InferRequest.ForSegment(
                SegmentRequest.Whole, [new InferTensor("image", Tensor.FromFloats(RandomValues(3 * 32 * 32, 1), new(1, 3, 32, 32)))]);
            return await client.InferAsync("small", request, Cancel);
        }
    }
}
