using System.Net;
using Isthmus.Node.Admission;
using Isthmus.Runtime.Protocol;
using Isthmus.Runtime.Transport;

namespace Isthmus.Node.Tests;

public sealed class WarmingTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Warm_ASegment_IsLoadedOnceAndTheRequestForItDoesNotWait()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        WarmReply first = await node.Client.WarmAsync(RunningNode.Chain, new(), Token);
        WarmReply second = await node.Client.WarmAsync(RunningNode.Chain, new(), Token);
        Assert.Equal((WarmOutcome.Loaded, WarmOutcome.Ready), (first.Outcome, second.Outcome));
        Assert.True(first.MemoryBytes > 0);
        using InferExchange exchange = await node.Client.InferAsync("chain", RunningNode.Request(), Token);
        Assert.False(exchange.Trace!.Hops[0].Cold);
        NodeCounters counters = node.Server.Counters;
        Assert.Equal((1L, 1L, 1L, 0L), (counters.SessionsLoaded, counters.SessionsAhead, counters.SessionsAheadHits, counters.ColdRequests));
    }

    [Fact]
    public async Task Infer_ASegmentThatIsNotLoaded_SaysThatItWaited()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using (InferExchange cold = await node.Client.InferAsync("chain", RunningNode.Request(), Token)) Assert.True(cold.Trace!.Hops[0].Cold);
        using (InferExchange warm = await node.Client.InferAsync("chain", RunningNode.Request(), Token)) Assert.False(warm.Trace!.Hops[0].Cold);
        Assert.Equal(1, node.Server.Counters.ColdRequests);
    }

    [Fact]
    public async Task Warm_AllWorkersAreBusy_DeclinesAGuessAndNotWhatIsUrgent()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        using (await node.Server.Part<WorkQueue>().EnterAsync(null, exclusive: true, Token))
        {
            WarmReply guess = await node.Client.WarmAsync(RunningNode.Chain, new(), Token);
            Assert.Equal(WarmOutcome.Declined, guess.Outcome);
            Assert.NotEmpty(guess.Reason!);
            Assert.Equal(WarmOutcome.Loaded, (await node.Client.WarmAsync(RunningNode.Chain, new() { Urgent = true }, Token)).Outcome);
        }

        Assert.Equal(1, node.Server.Counters.SessionsAheadDeclined);
    }

    [Fact]
    public async Task Warm_NoRoomBesideWhatWasUsedLately_Declines()
    {
        await using RunningNode node = await RunningNode.StartAsync(o => o with { MemoryBytes = 1 });
        Assert.Equal(WarmOutcome.Declined, (await node.Client.WarmAsync(RunningNode.Chain, new(), Token)).Outcome);
        Assert.Equal(0, node.Server.Counters.SessionsLoaded);
        await node.Client.InferAsync("chain", RunningNode.Request(), Token);
    }

    [Fact]
    public async Task Warm_NoSuchCut_IsAnErrorAndTheNodeGoesOn()
    {
        await using RunningNode node = await RunningNode.StartAsync();
        NodeException error = await Assert.ThrowsAsync<NodeException>(() => node.Client.WarmAsync(RunningNode.Chain, new() { From = ["nothing"] }, Token));
        Assert.Equal(NodeFailure.Refused, error.Failure);
        await RunningNode.AssertErrorAsync(await node.PostAsync($"/v2/isthmus/models/{RunningNode.Chain}/warm", "[]"), HttpStatusCode.BadRequest);
        await RunningNode.AssertErrorAsync(await node.PostAsync($"/v2/isthmus/models/{new string('0', 64)}/warm", "{}"), HttpStatusCode.NotFound);
        Assert.Equal(WarmOutcome.Loaded, (await node.Client.WarmAsync(RunningNode.Chain, new(), Token)).Outcome);
    }
}
