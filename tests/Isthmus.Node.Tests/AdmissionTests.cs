using System.Net;
using Isthmus.Node.Admission;
using Isthmus.Node.Hosting;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;
using static Isthmus.Node.Tests.RunningNode;

namespace Isthmus.Node.Tests;

/// <summary>What happens to requests while the node's only worker is taken: the tests take it themselves, so nothing depends on time.</summary>
public sealed class AdmissionTests
{
    private const string Body = """{"inputs":[{"name":"x","shape":[1,4],"datatype":"FP32","data":[1,-2,3,4]}]}""";

    [Fact]
    public async Task Infer_QueueFull_IsRefusedWithRetryAfter()
    {
        await using RunningNode node = await StartAsync(o => o with { QueueLimit = 0 });
        using (await TakeWorkerAsync(node))
        {
            using HttpResponseMessage response = await node.PostAsync("/v2/models/chain/infer", Body);

            await AssertErrorAsync(response, HttpStatusCode.TooManyRequests);
            Assert.True(response.Headers.RetryAfter!.Delta >= TimeSpan.FromSeconds(1));
        }

        await node.AssertAliveAsync();
        Assert.Equal(1, node.Server.Counters.Refused);
    }

    [Fact]
    public async Task Infer_DeadlinePassesInQueue_IsAnsweredWithTimeoutAndNeverRuns()
    {
        await using RunningNode node = await StartAsync();
        using (await TakeWorkerAsync(node))
        {
            using InferRequest request = Request(new SegmentRequest { Deadline = new(5) });

            NodeException e = await Assert.ThrowsAsync<NodeException>(() => node.Client.InferAsync("chain", request, Token));

            Assert.Equal(NodeFailure.Timeout, e.Failure);
            Assert.Equal(0, node.Server.Part<WorkQueue>().Waiting);
        }

        Assert.Equal((1, 0, 0), (node.Server.Counters.Expired, node.Server.Counters.Answered, node.Server.Counters.SessionsLoaded));
    }

    [Fact]
    public async Task Infer_CallerGoesAway_LeavesTheQueueAndNeverRuns()
    {
        await using RunningNode node = await StartAsync();
        WorkQueue queue = node.Server.Part<WorkQueue>();
        using (await TakeWorkerAsync(node))
        {
            using CancellationTokenSource caller = new();
            using InferRequest request = Request();
            Task<InferExchange> asked = node.Client.InferAsync("chain", request, caller.Token);
            await UntilAsync(() => queue.Waiting == 1);

            await caller.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asked);
            await UntilAsync(() => queue.Waiting == 0);
        }

        await UntilAsync(() => node.Server.Counters.Cancelled == 1);
        Assert.Equal(0, node.Server.Counters.SessionsLoaded);
    }

    [Fact]
    public async Task Stop_WithAcceptedRequests_FinishesThemAndRefusesOthers()
    {
        await using RunningNode node = await StartAsync();
        await node.AssertAliveAsync();
        using InferRequest request = Request();
        Task<InferExchange> asked;
        Task stopping;
        using (await TakeWorkerAsync(node))
        {
            asked = node.Client.InferAsync("chain", request, Token);
            await UntilAsync(() => node.Server.Part<WorkQueue>().Waiting == 1);

            stopping = node.Server.StopAsync(Token);

            Assert.False(await node.Client.IsReadyAsync(Token));
            using InferRequest late = Request();
            NodeException e = await Assert.ThrowsAsync<NodeException>(() => node.Client.InferAsync("chain", late, Token));
            Assert.Equal(NodeFailure.Busy, e.Failure);
            Assert.False(stopping.IsCompleted);
        }

        using InferExchange exchange = await asked;
        Assert.Equal([-4f, 0, -12, -16], exchange.Response.Outputs[0].Content.Floats.ToArray());
        await stopping;
    }

    [Fact]
    public async Task Stop_Aborted_RefusesWhatWaits()
    {
        await using RunningNode node = await StartAsync();
        using InferRequest request = Request();
        using CancellationTokenSource abort = new();
        using (await TakeWorkerAsync(node))
        {
            Task<InferExchange> asked = node.Client.InferAsync("chain", request, Token);
            await UntilAsync(() => node.Server.Part<WorkQueue>().Waiting == 1);
            Task stopping = node.Server.StopAsync(abort.Token);

            await abort.CancelAsync();

            await Assert.ThrowsAsync<NodeException>(() => asked);
            await stopping;
        }

        Assert.Equal(0, node.Server.Part<NodeState>().InFlight);
    }

    private static async Task<WorkPermit> TakeWorkerAsync(RunningNode node) => await node.Server.Part<WorkQueue>().EnterAsync(null, exclusive: true, Token);

    // Waits for something that another thread is about to do.
    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
