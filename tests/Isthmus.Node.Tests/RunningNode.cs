using System.Net;
using System.Text;
using System.Text.Json;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Node.Tests;

/// <summary>A node in this process on a free port, with the tiny models "chain", "doubler" and "picture", and clients of it.</summary>
internal sealed class RunningNode : IAsyncDisposable
{
    private readonly string _folder;

    private RunningNode(NodeServer server, string folder)
    {
        Server = server;
        _folder = folder;
        Http = new HttpClient { BaseAddress = new Uri(server.Url) };
        Client = new NodeClient(new Uri(server.Url), new NodeClientOptions { ConnectRetries = 0 });
    }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static ModelHash Chain { get; } = ModelHash.Of(TinyModels.Chain());

    public NodeServer Server { get; }

    /// <summary>A client that speaks HTTP/1.1, as a stock one does.</summary>
    public HttpClient Http { get; }

    /// <summary>Isthmus' own client, which speaks HTTP/2.</summary>
    public NodeClient Client { get; }

    public string DataFolder => Path.Combine(_folder, "data");

    public static async Task<RunningNode> StartAsync(Func<NodeOptions, NodeOptions>? configure = null)
    {
        string folder = Path.Combine(Path.GetTempPath(), $"isthmus-node-{Guid.NewGuid():N}");
        string models = Path.Combine(folder, "models");
        Directory.CreateDirectory(models);
        await File.WriteAllBytesAsync(Path.Combine(models, "chain.onnx"), TinyModels.Chain(), Token);
        await File.WriteAllBytesAsync(Path.Combine(models, "doubler.onnx"), TinyModels.Doubler(1, 3), Token);
        await File.WriteAllBytesAsync(Path.Combine(models, "picture.onnx"), TinyModels.Picture(), Token);
        await File.WriteAllTextAsync(Path.Combine(models, "picture.isthmus.json"), """{"mean":0,"scale":255}""", Token);
        NodeOptions options = new()
        {
            Tier = Tier.Edge,
            Listen = "http://127.0.0.1:0",
            DataFolder = Path.Combine(folder, "data"),
            ModelsFolder = models,
            LogFormat = NodeLogFormat.None,
            Session = new SessionSettings { Threads = 1 },
        };
        return new(await NodeServer.StartAsync(configure?.Invoke(options) ?? options, Token), folder);
    }

    /// <summary>A request for the chain, or a part of it.</summary>
    public static InferRequest Request(SegmentRequest? segment = null, string input = "x", params float[] values) =>
        InferRequest.ForSegment(segment ?? SegmentRequest.Whole, [new InferTensor(input, Tensor.FromFloats(values.Length == 0 ? [1, -2, 3, 4] : values, new(1, 4)))]);

    /// <summary>Posts JSON over HTTP/1.1.</summary>
    public Task<HttpResponseMessage> PostAsync(string path, string json) =>
        Http.PostAsync(path, new StringContent(json, Encoding.UTF8, "application/json"), Token);

    /// <summary>Asserts that a response is an error as the protocol has them, and returns its sentence.</summary>
    public static async Task<string> AssertErrorAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        string body = await response.Content.ReadAsStringAsync(Token);
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {body}");
        using JsonDocument json = JsonDocument.Parse(body);
        string error = json.RootElement.GetProperty("error").GetString()!;
        Assert.NotEmpty(error);
        return error;
    }

    /// <summary>Asserts that the node still answers.</summary>
    public async Task AssertAliveAsync()
    {
        using InferRequest request = Request();
        using InferExchange exchange = await Client.InferAsync("chain", request, Token);
        Assert.Equal([-4f, 0, -12, -16], exchange.Response.Outputs[0].Content.Floats.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Client.Dispose();
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
