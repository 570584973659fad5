using System.Diagnostics;
using System.Net;
using Google.Protobuf;
using Isthmus.Core.Graphs.Onnx;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Sessions;
using Isthmus.Node;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Bench;

/// <summary>What a node adds to an inference: the same tiny network through a node on loopback and through ONNX Runtime directly, in turns.</summary>
internal sealed class OverheadComparison : IComparison
{
    private const int Values = 4096;
    private const int WarmUp = 500;
    private const int Requests = 2000;
    private const double GoalMs = 0.5;

    public string Name => "overhead";

    public string Summary => "A request to a node on loopback with a tensor of 16 kB, beside calling ONNX Runtime directly.";

    public async Task<IReadOnlyList<ComparisonRow>> RunAsync(IProgress<ProgressReport> progress, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("isthmus-overhead-").FullName;
        try
        {
            byte[] model = Doubler();
            await File.WriteAllBytesAsync(Path.Combine(folder, "tiny.onnx"), model, cancellationToken);
            SessionSettings settings = new() { Threads = 1 };
            await using NodeServer node = await NodeServer.StartAsync(
                new NodeOptions { Tier = Tier.Edge, Listen = "http://127.0.0.1:0", DataFolder = folder, ModelsFolder = folder, Session = settings, LogFormat = NodeLogFormat.None },
                cancellationToken);
            using NetworkSession direct = NetworkSession.Create(model, settings);
            using Tensor tensor = Tensor.Rent(ElementType.Float32, new(1, Values));
            tensor.Floats.Fill(1);

            using NodeClient client = new(new Uri(node.Url));
            progress.Report(new("HTTP/2", 0));
            List<ComparisonRow> rows = await CompareAsync("HTTP/2", direct, tensor, async request =>
            {
                using InferExchange exchange = await client.InferAsync("tiny", request, cancellationToken);
                Check(exchange.Response);
            }, cancellationToken);

            using HttpClient http = new() { BaseAddress = new Uri(node.Url), DefaultRequestVersion = HttpVersion.Version11 };
            progress.Report(new("HTTP/1.1", 0.5));
            rows.AddRange(await CompareAsync("HTTP/1.1", direct, tensor, async request =>
            {
                using InferContent content = new(request);
                using HttpRequestMessage message = new(HttpMethod.Post, "/v2/models/tiny/infer") { Content = content };
                using HttpResponseMessage response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
                await using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
                using InferResponse answer = await InferReader.ReadResponseAsync(
                    body, InferReader.ParseHeaderLength(response.Headers.GetValues(ProtocolNames.HeaderLength).First()), InferLimits.Default, cancellationToken);
                Check(answer);
            }, cancellationToken));
            return rows;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<List<ComparisonRow>> CompareAsync(
        string protocol, NetworkSession direct, Tensor tensor, Func<InferRequest, Task> ask, CancellationToken cancellationToken)
    {
        List<double> node = new(Requests), alone = new(Requests);
        using LargeAllocations large = new();
        long largeBefore = 0, bytesBefore = 0, bytesDirect = 0;
        // Not disposed: the tensor is used again.
        InferRequest request = InferRequest.ForSegment(SegmentRequest.Whole, [new InferTensor("x", tensor)]);
        for (int i = 0; i < WarmUp + Requests; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (i == WarmUp)
            {
                largeBefore = large.Count;
                bytesBefore = GC.GetTotalAllocatedBytes(precise: true);
            }

            long start = Stopwatch.GetTimestamp();
            await ask(request);
            double asked = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            long before = GC.GetAllocatedBytesForCurrentThread();
            start = Stopwatch.GetTimestamp();
            foreach (Tensor output in direct.Run([tensor], cancellationToken)) output.Dispose();
            double ran = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            if (i < WarmUp) continue;
            bytesDirect += GC.GetAllocatedBytesForCurrentThread() - before;
            node.Add(asked);
            alone.Add(ran);
        }

        double bytes = (double)(GC.GetTotalAllocatedBytes(precise: true) - bytesBefore - bytesDirect) / Requests;
        long largeCount = large.Count - largeBefore;
        Timing asking = Timing.Of(node), running = Timing.Of(alone);
        double overhead = asking.P50.Value - running.P50.Value;
        string @case = $"16 kB tensor, {protocol}";
        const string Direct = "ONNX Runtime directly";
        return
        [
            ComparisonRow.Of(@case, "p50 of an inference", "ms", asking.P50.Value, Direct, running.P50.Value),
            ComparisonRow.Of(@case, "p95 of an inference", "ms", asking.P95.Value, Direct, running.P95.Value),
            ComparisonRow.Of(@case, "p50 overhead", "ms", overhead, Direct, running.P50.Value, $"≤ {GoalMs} ms", overhead <= GoalMs),
            ComparisonRow.Of(@case, "allocated per request, client and node", "B", bytes, Direct, (double)bytesDirect / Requests),
            ComparisonRow.Of(@case, $"allocations over 85 kB in {Requests} requests", "count", largeCount, "none", 0, "0", largeCount == 0),
        ];
    }

    private static void Check(InferResponse response)
    {
        if (response.Outputs[0].Content.Floats[Values - 1] != 2) throw new InvalidOperationException("The node computed something else.");
    }

    private static byte[] Doubler()
    {
        GraphProto graph = new() { Name = "tiny" };
        graph.Input.Add(Value("x"));
        graph.Output.Add(Value("y"));
        graph.Node.Add(new NodeProto { OpType = "Add", Input = { "x", "x" }, Output = { "y" } });
        return new ModelProto { IrVersion = 8, Graph = graph, OpsetImport = { new OperatorSetIdProto { Version = 13 } } }.ToByteArray();
    }

    private static ValueInfoProto Value(string name) => new()
    {
        Name = name,
        Type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor
            {
                ElemType = 1,
                Shape = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimValue = 1 }, new TensorShapeProto.Types.Dimension { DimValue = Values } } },
            },
        },
    };
}
