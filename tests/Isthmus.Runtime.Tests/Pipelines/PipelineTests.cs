using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Tests.Pipelines;

public sealed class PipelineTests
{
    private static readonly LinkConditions Stalled = new(BitsPerSecond.Unlimited, new(50_000));

    [Fact]
    public async Task RunAsync_EveryPlanThatLosesNothing_GivesTheSameScores()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        string[] cuts = [.. tiers.Cuts.Select(c => c.Id)];
        List<Plan> plans = [tiers.Remote(InputEncoding.File, "edge"), tiers.Remote(InputEncoding.Tensor, "cloud"), tiers.Remote(InputEncoding.Pixels, "cloud")];
        foreach (string cut in cuts) plans.AddRange(tiers.Split(cut, CodecSpec.Raw, "edge"), tiers.Split(cut, CodecSpec.Raw, "cloud"));
        plans.Add(tiers.ThreeTiers(cuts[0], cuts[^1], CodecSpec.Raw));
        foreach (string photo in new[] { "chelsea.jpg", "coffee.jpg" })
        {
            ImageAnswer whole = await pipeline.RunAsync(tiers.DeviceOnly(), TinyNetwork.Photo(photo), Cancel);
            foreach (Plan plan in plans)
            {
                ImageAnswer answer = await pipeline.RunAsync(plan, TinyNetwork.Photo(photo), Cancel);
                Assert.Null(answer.Fallback);
                Assert.Equal(whole.Top.Select(c => c.Index), answer.Top.Select(c => c.Index));
                foreach ((ClassScore a, ClassScore b) in whole.Top.Zip(answer.Top)) Assert.Equal(a.Score, b.Score, 1e-5);
            }
        }
    }

    [Fact]
    public async Task RunAsync_ThreeTiers_SaysWhereEachPartRanAndWhatCrossed()
    {
        await using TierFixture tiers = await TierFixture.StartAsync(delay: 3);
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { Slowdown = 3 });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        (string first, string last) = (tiers.Cuts[0].Id, tiers.Cuts[^1].Id);
        ImageAnswer answer = await pipeline.RunAsync(tiers.ThreeTiers(first, last, CodecSpec.Half), TinyNetwork.Photo("coffee.jpg"), Cancel);
        Assert.Equal(["device", "edge", "cloud"], answer.Where.Select(w => w.Node));
        Assert.Equal([$"input → {first}", $"{first} → {last}", $"{last} → output"], answer.Where.Select(w => w.Segment));
        Assert.Equal([("device", "edge"), ("edge", "cloud")], answer.Hops.Select(h => (h.From, h.To)));
        Assert.All(answer.Hops, h => Assert.True(h.Bytes.Value > 0 && h.OnTheWay.Value >= 6, $"{h}"));
        Assert.Equal(answer.Hops.Sum(h => h.Bytes.Value), answer.BytesSent.Value);
        Assert.Contains("device slowed down 3×", answer.Emulated);
        Assert.Contains("links", answer.Emulated);
    }

    [Fact]
    public async Task RunAsync_AnyPlan_StagesAddUpToTheTotal()
    {
        await using TierFixture tiers = await TierFixture.StartAsync(delay: 1);
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        Plan[] plans = [tiers.DeviceOnly(), tiers.Remote(InputEncoding.Jpeg(75), "edge"), tiers.Split(tiers.Cuts[1].Id, CodecSpec.Huffman(8), "cloud"), tiers.ThreeTiers(tiers.Cuts[0].Id, tiers.Cuts[1].Id, CodecSpec.Half)];
        foreach (Plan plan in plans)
        {
            StageTimes times = (await pipeline.RunAsync(plan, TinyNetwork.Photo("rocket.jpg"), Cancel)).Times;
            Assert.Equal(times.Total.Value, (times.Known + times.Overhead).Value, 0.01);
        }
    }

    [Theory]
    [InlineData("edge")]
    [InlineData("cloud")]
    public async Task RunAsync_NodeIsGone_DeviceFinishesAndSaysSo(string gone)
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        ImageAnswer whole = await pipeline.RunAsync(tiers.DeviceOnly(), TinyNetwork.Photo("coffee.jpg"), Cancel);
        await (gone == "edge" ? tiers.EdgeLink : tiers.CloudLink).DisposeAsync();
        foreach (Plan plan in new[] { tiers.Split(tiers.Cuts[0].Id, CodecSpec.Raw, gone), tiers.Remote(InputEncoding.File, gone) })
        {
            ImageAnswer answer = await pipeline.RunAsync(plan, TinyNetwork.Photo("coffee.jpg"), Cancel);
            Assert.Equal(whole.Top[0].Index, answer.Top[0].Index);
            Assert.Contains("the device finished alone", answer.Fallback, StringComparison.Ordinal);
            Assert.All(answer.Where, w => Assert.Equal("device", w.Node));
        }

        Assert.True(nodes.Node(gone).Breaker.IsOpen);
    }

    [Fact]
    public async Task RunAsync_TheCloudBehindTheEdgeIsGone_TheEdgeFinishesAndSaysSo()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        ImageAnswer whole = await pipeline.RunAsync(tiers.DeviceOnly(), TinyNetwork.Photo("coffee.jpg"), Cancel);
        await tiers.Between.DisposeAsync();
        ImageAnswer answer = await pipeline.RunAsync(tiers.ThreeTiers(tiers.Cuts[0].Id, tiers.Cuts[1].Id, CodecSpec.Raw), TinyNetwork.Photo("coffee.jpg"), Cancel);
        Assert.NotNull(answer.Fallback);
        Assert.Equal(whole.Top[0].Index, answer.Top[0].Index);
        Assert.DoesNotContain("cloud", answer.Where.Select(w => w.Node));
    }

    [Fact]
    public async Task RunAsync_NodeIsTooLate_DeviceFinishesAndTheLateAnswerIsIgnored()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { RemoteTimeout = new(150) });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        tiers.EdgeLink.SetConditions(Stalled, Stalled);
        for (int i = 0; i < 3; i++)
        {
            ImageAnswer answer = await pipeline.RunAsync(tiers.Split(tiers.Cuts[0].Id, CodecSpec.Raw, "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel);
            Assert.Contains("the device finished alone", answer.Fallback, StringComparison.Ordinal);
            Assert.Equal(["device", "device"], answer.Where.Select(w => w.Node));
        }

        // Two failures exclude the node, so the third picture did not wait for it.
        Assert.True(nodes.Node("edge").Breaker.IsOpen);
    }

    [Fact]
    public async Task RunAsync_NodeDiesWhileItHasTheRequest_DeviceFinishes()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        // The request stays on the link, then the link dies.
        tiers.EdgeLink.SetConditions(Stalled, Stalled);
        Task<ImageAnswer> running = pipeline.RunAsync(tiers.Remote(InputEncoding.Tensor, "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel);
        await tiers.EdgeLink.DisposeAsync();
        ImageAnswer answer = await running;
        Assert.Contains("the device finished alone", answer.Fallback, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_DeviceMayNotFinish_AnotherNodeDoes()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { FinishesOnDevice = false });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        await tiers.EdgeLink.DisposeAsync();
        ImageAnswer answer = await pipeline.RunAsync(tiers.Split(tiers.Cuts[0].Id, CodecSpec.Half, "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel);
        Assert.Contains("cloud finished instead", answer.Fallback, StringComparison.Ordinal);
        Assert.Equal(["device", "cloud"], answer.Where.Select(w => w.Node));
    }

    [Fact]
    public async Task RunAsync_NobodyCanFinish_FailsWithOneSentence()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { FinishesOnDevice = false });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        await tiers.EdgeLink.DisposeAsync();
        await tiers.CloudLink.DisposeAsync();
        IsthmusException e = await Assert.ThrowsAnyAsync<IsthmusException>(
            () => pipeline.RunAsync(tiers.Remote(InputEncoding.File, "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel));
        Assert.Equal(ErrorKind.Node, e.Kind);
    }

    [Fact]
    public async Task RunAsync_ManyAtATimeWhileTheEdgeDies_AnswersEachExactlyOnce()
    {
        await using TierFixture tiers = await TierFixture.StartAsync(delay: 2);
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        Plan plan = tiers.Split(tiers.Cuts[0].Id, CodecSpec.Raw, "edge");
        ImageAnswer whole = await pipeline.RunAsync(tiers.DeviceOnly(), TinyNetwork.Photo("coffee.jpg"), Cancel);
        byte[] picture = await File.ReadAllBytesAsync(TinyNetwork.Photo("coffee.jpg"), Cancel);
        Task<ImageAnswer>[] running = [.. Enumerable.Range(0, 40).Select(i => pipeline.RunAsync(plan, $"{i}", picture, Cancel))];
        await running[0];
        await tiers.EdgeLink.DisposeAsync();
        ImageAnswer[] answers = await Task.WhenAll(running);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}"), answers.Select(a => a.File));
        Assert.All(answers, a => Assert.Equal(whole.Top[0].Index, a.Top[0].Index));
        Assert.All(answers, a => Assert.Equal(2, a.Where.Length));
    }

    [Fact]
    public async Task RunAsync_NoPicture_IsRefusedWhateverThePlan()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        byte[] text = "This is no picture."u8.ToArray();
        foreach (Plan plan in new[] { tiers.DeviceOnly(), tiers.Remote(InputEncoding.File, "edge"), tiers.Remote(InputEncoding.Jpeg(75), "edge"), tiers.Split(tiers.Cuts[0].Id, CodecSpec.Raw, "cloud") })
        {
            IsthmusException e = await Assert.ThrowsAnyAsync<IsthmusException>(() => pipeline.RunAsync(plan, "text.jpg", text, Cancel));
            Assert.Equal(ErrorKind.Data, e.Kind);
        }

        Assert.False(nodes.Node("edge").Breaker.IsOpen);
    }

    [Fact]
    public async Task RunAsync_CancelledByTheCaller_EndsWithoutAnAnswer()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        tiers.EdgeLink.SetConditions(Stalled, Stalled);
        using CancellationTokenSource cancel = new();
        Task<ImageAnswer> running = pipeline.RunAsync(tiers.Remote(InputEncoding.Tensor, "edge"), TinyNetwork.Photo("coffee.jpg"), cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task RunAsync_PlanOfAnotherModelOrUnknownNode_IsRefused()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        Plan other = tiers.DeviceOnly() with { Model = Core.Graphs.ModelHash.Of([1]) };
        foreach (Plan plan in new[] { other, tiers.Remote(InputEncoding.File, "nowhere"), tiers.Split("c99", CodecSpec.Raw, "edge"), tiers.DeviceOnly() with { Input = InputEncoding.File } })
        {
            IsthmusException e = await Assert.ThrowsAnyAsync<IsthmusException>(() => pipeline.RunAsync(plan, TinyNetwork.Photo("coffee.jpg"), Cancel));
            Assert.Equal(ErrorKind.Planning, e.Kind);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
