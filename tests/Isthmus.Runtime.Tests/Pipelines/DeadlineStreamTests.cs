using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Imaging;
using Isthmus.Runtime.Links;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Tests.Pipelines;

public sealed class DeadlineStreamTests
{
    private static readonly InputEncoding Form = InputEncoding.Jpeg(100);
    private static readonly BitsPerSecond Slow = new(100e3);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<ImageAnswer> RunAsync(TierFixture tiers, Tiers nodes, PipelineOptions options, InputEncoding? input = null)
    {
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, options);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        return await pipeline.RunAsync(tiers.Remote(input ?? Form, "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel);
    }

    [Fact]
    public async Task RunAsync_FastLink_UsesTheWholePictureAndAnswersAsWithoutAStream()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        ImageAnswer whole = await RunAsync(tiers, nodes, new());
        ImageAnswer streamed = await RunAsync(tiers, nodes, new() { SendUntil = new(new Milliseconds(30_000)) });
        Assert.Null(streamed.Fallback);
        Assert.Equal(("whole", 1.0), (streamed.Input!.Why, streamed.Input.Fraction));
        Assert.Equal(streamed.Input.Whole, streamed.Input.Used);
        Assert.Equal(whole.Top.Select(c => (c.Index, c.Score)), streamed.Top.Select(c => (c.Index, c.Score)));
        Assert.Equal(whole.Input!.Whole, streamed.Input.Whole);
        Assert.Null(whole.Input.Receive);
        Assert.NotNull(streamed.Input.Receive);
    }

    [Theory]
    [InlineData(100e3)]
    [InlineData(10e6)]
    public async Task RunAsync_SlowLink_AnswersFromTheFirstPartWhateverTheEstimate(double believed)
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        // The model is shipped, and all code has run, before the link is slow.
        await RunAsync(tiers, nodes, new());
        tiers.EdgeLink.SetConditions(new(Slow, new(5)), new(Slow, new(5)));
        nodes.Link("device", "edge").Seed(new(10), new(believed));
        ImageAnswer answer = await RunAsync(tiers, nodes, new() { SendUntil = new(new Milliseconds(120)) });
        Assert.Null(answer.Fallback);
        InputUse input = answer.Input!;
        Assert.Equal("deadline", input.Why);
        Assert.True(input.Used < input.Whole && input.Used <= input.Sent, $"{input}");
        Assert.Equal(["edge"], answer.Where.Select(w => w.Node));
        byte[] bytes = tiers.Network.Preprocessor.Encode(await File.ReadAllBytesAsync(TinyNetwork.Photo("coffee.jpg"), Cancel), Form);
        Assert.True(input.Used.Value >= ImagePreprocessor.Boundaries(bytes, Form)[0]);
        // A link that is slower than believed is found out.
        Assert.InRange(nodes.Link("device", "edge").Current.Bandwidth.Value, 10e3, believed * 0.95 > 1e6 ? 9.9e6 : 400e3);
    }

    [Fact]
    public async Task RunAsync_DeadlineOnASlowLink_SendsWhatTheDeadlineLeaves()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await RunAsync(tiers, nodes, new());
        tiers.EdgeLink.SetConditions(new(Slow, new(5)), new(Slow, new(5)));
        nodes.Link("device", "edge").Seed(new(10), Slow);
        ImageAnswer answer = await RunAsync(tiers, nodes, new() { Deadline = new(600), SendUntil = SendUntil.Deadline, FinishesOnDevice = false });
        Assert.Equal("deadline", answer.Input!.Why);
        Assert.InRange(answer.Input.Fraction, 0.001, 0.999);
    }

    [Fact]
    public async Task RunAsync_PartOfThePlan_IsWholeWhenThatPartCame()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        foreach (PipelineOptions options in new[] { new PipelineOptions(), new() { SendUntil = new(new Milliseconds(30_000)) } })
        {
            InputUse input = (await RunAsync(tiers, nodes, options, Form.First(0.4))).Input!;
            Assert.Equal((Form, "plan"), (input.Form, input.Why));
            Assert.InRange(input.Fraction, 0.35, 0.41);
        }
    }

    [Fact]
    public async Task RunAsync_ManyCutStreamsOverOneConnection_EachIsAnsweredAndTheNextOneToo()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { SendUntil = new(new Milliseconds(40)) });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        Plan plan = tiers.Remote(Form, "edge");
        await pipeline.RunAsync(plan, TinyNetwork.Photo("coffee.jpg"), Cancel);
        tiers.EdgeLink.SetConditions(new(new BitsPerSecond(300e3), new(2)), new(BitsPerSecond.Unlimited, new(2)));
        byte[] picture = await File.ReadAllBytesAsync(TinyNetwork.Photo("coffee.jpg"), Cancel);
        ImageAnswer[] answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => pipeline.RunAsync(plan, $"{i}", picture, Cancel)));
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i}"), answers.Select(a => a.File));
        Assert.All(answers, a => Assert.True(a.Fallback is null, a.Fallback));
        tiers.EdgeLink.SetConditions(new(BitsPerSecond.Unlimited, new(0)), new(BitsPerSecond.Unlimited, new(0)));
        Assert.Null((await pipeline.RunAsync(plan, TinyNetwork.Photo("coffee.jpg"), Cancel)).Fallback);
    }

    [Fact]
    public async Task RunAsync_LinkBecameFast_EstimateRisesAlthoughTheSenderHoldsItselfBack()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes, new() { SendUntil = new(new Milliseconds(30_000)) });
        await pipeline.ShipAsync(cancellationToken: Cancel);
        LinkEstimator link = nodes.Link("device", "edge");
        link.Seed(new(1), new(400e3));
        for (int i = 0; i < 12; i++) await pipeline.RunAsync(tiers.Remote(Form, "edge"), TinyNetwork.Photo("coffee.jpg"), Cancel);
        Assert.True(link.Current.Bandwidth.Value > 420e3, $"{link.Current}");
    }
}
