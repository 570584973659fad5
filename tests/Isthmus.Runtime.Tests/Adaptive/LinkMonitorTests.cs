using Isthmus.Core.Quantities;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Transport;

namespace Isthmus.Runtime.Tests.Adaptive;

public sealed class LinkMonitorTests
{
    // Due as soon as it is excluded.
    private static readonly CircuitBreakerOptions AtOnce = new() { Pause = TimeSpan.FromTicks(1), LongestPause = TimeSpan.FromTicks(1) };

    [Fact]
    public async Task LookAsync_AnExcludedNodeAnswersAgain_IncludesIt()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await Tiers.ConnectAsync(tiers.Addresses, breaker: AtOnce, cancellationToken: Cancel);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        nodes.Node("edge").Breaker.Failed(NodeFailure.Unreachable, "refused");
        await new LinkMonitor(pipeline).LookAsync(Cancel);
        Assert.False(nodes.Node("edge").Breaker.IsOpen);
        // It may have been started anew, so it was asked for the model, and got it.
        Assert.True(await nodes.Node("edge").Client.HasModelAsync(tiers.Network.Model.Hash, Cancel));
    }

    [Fact]
    public async Task LookAsync_AnExcludedNodeIsStillGone_LeavesItExcluded()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await Tiers.ConnectAsync(tiers.Addresses, options: new() { ConnectRetries = 0 }, breaker: AtOnce, cancellationToken: Cancel);
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await tiers.EdgeLink.DisposeAsync();
        nodes.Node("edge").Breaker.Failed(NodeFailure.Unreachable, "refused");
        await new LinkMonitor(pipeline).LookAsync(Cancel);
        Assert.True(nodes.Node("edge").Breaker.IsOpen);
    }

    [Fact]
    public async Task LookAsync_LinksThatToldNothing_MeasuresEachOfThem()
    {
        await using TierFixture tiers = await TierFixture.StartAsync(delay: 4);
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        Assert.All(nodes.Links, l => Assert.Equal(Milliseconds.Infinite, nodes.Link(l.From, l.To.Name).Current.Age));
        await new LinkMonitor(pipeline).LookAsync(Cancel);
        Assert.Equal(3, nodes.Links.Count());
        Assert.All(nodes.Links, l => Assert.True(nodes.Link(l.From, l.To.Name).Current.RoundTrip.Value >= 7));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
