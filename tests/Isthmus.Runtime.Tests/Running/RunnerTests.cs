using Isthmus.Core.Errors;
using Isthmus.Core.Planning;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Adaptive;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Runtime.Tests.Running;

public sealed class RunnerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task RunAsync_ABadFileAmongOthers_ReportsEveryOneOnceInOrder(int concurrency)
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        string folder = Directory.CreateTempSubdirectory("isthmus-runner-").FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "b.jpg"), "no picture", Cancel);
        foreach (string name in new[] { "a.jpg", "c.jpg", "d.jpg" }) File.Copy(TinyNetwork.Photo("coffee.jpg"), Path.Combine(folder, name));
        List<ImageReport> seen = [];
        Runner runner = new(pipeline, new FixedPlanSource(tiers.Remote(InputEncoding.Jpeg(90), "edge"), "test"), new() { Concurrency = concurrency });
        RunReport report = await runner.RunAsync(LabelledImages.Load(folder), seen.Add, Cancel);
        Assert.Equal(["a.jpg", "b.jpg", "c.jpg", "d.jpg"], report.Images.Select(i => i.File));
        Assert.Equal(4, seen.Count);
        Assert.Equal(3, report.Summary.Answered);
        Assert.Equal(ErrorKind.Data, report.Images[1].ErrorKind);
        Assert.Contains("b.jpg", report.Images[1].Error, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task RunAdaptiveAsync_TheEdgeDies_GoesOnWithoutIt()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        string folder = Directory.CreateTempSubdirectory("isthmus-session-").FullName;
        RunSettings settings = new()
        {
            Network = tiers.Network,
            Addresses = tiers.Addresses,
            DataFolder = folder,
            // Slow enough for the edge to be the better place.
            Slowdown = 200,
            Client = new() { ConnectRetries = 0 },
            Profiling = new() { Samples = 1, Repeats = 3, Codecs = [Core.Codec.CodecSpec.Raw], Inputs = [InputEncoding.File] },
        };
        LabelledImage[] images = [.. Enumerable.Range(0, 8).Select(i => new LabelledImage(TinyNetwork.Photo("coffee.jpg"), $"{i}", null))];
        await using (RunSession session = await RunSession.OpenAsync(settings, [TinyNetwork.Photo("coffee.jpg")], cancellationToken: Cancel))
        {
            Assert.True(session.ProfileWasMeasured);
            AdaptationOptions edgeOrDevice = new() { Space = SearchSpace.All with { Nodes = ["device", "edge"], MaxCuts = 0 } };
            int done = 0;
            (RunReport report, IReadOnlyList<AdaptationDecision> decisions) = await session.RunAdaptiveAsync(
                images,
                _ =>
                {
                    if (++done == 3) tiers.EdgeLink.DisposeAsync().AsTask().Wait();
                },
                edgeOrDevice,
                cancellationToken: Cancel);
            Assert.Equal(8, report.Summary.Answered);
            Assert.Equal("file → edge", report.Images[0].Plan);
            Assert.Contains("device finished alone", report.Images[3].Fallback, StringComparison.Ordinal);
            Assert.Equal("device", report.Images[7].Plan);
            Assert.Contains(decisions, d => d.Outcome == DecisionOutcome.Forced);
            Assert.Equal(1, report.Summary.Fallbacks);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task OpenAsync_TheSecondTime_TakesTheProfileThatWasMeasured()
    {
        string folder = Directory.CreateTempSubdirectory("isthmus-session-").FullName;
        RunSettings settings = new()
        {
            Network = TinyNetwork.Create(),
            Addresses = new(null, null),
            DataFolder = folder,
            Profiling = new() { Samples = 1, Repeats = 3, Codecs = [Core.Codec.CodecSpec.Raw], Inputs = [InputEncoding.File] },
        };
        string[] samples = [TinyNetwork.Photo("coffee.jpg")];
        await using (RunSession first = await RunSession.OpenAsync(settings, samples, cancellationToken: Cancel)) Assert.True(first.ProfileWasMeasured);
        await using (RunSession second = await RunSession.OpenAsync(settings, samples, cancellationToken: Cancel)) Assert.False(second.ProfileWasMeasured);
        await using (RunSession slower = await RunSession.OpenAsync(settings with { Slowdown = 2 }, samples, cancellationToken: Cancel)) Assert.True(slower.ProfileWasMeasured);
        Directory.Delete(folder, recursive: true);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
