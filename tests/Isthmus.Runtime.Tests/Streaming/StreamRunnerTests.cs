using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;
using Isthmus.Runtime.Streaming;

namespace Isthmus.Runtime.Tests.Streaming;

public sealed class StreamRunnerTests
{
    [Fact]
    public async Task RunAsync_SplitOverAnEdge_AnswersAsOneAfterAnotherAndInOrder()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        FixedPlanSource source = new(tiers.ThreeTiers(tiers.Cuts[1].Id, tiers.Cuts[^2].Id, CodecSpec.Raw), "test");
        LabelledImage[] images = [.. LabelledImages.Load(TinyNetwork.Photos), .. LabelledImages.Load(TinyNetwork.Photos)];
        RunReport alone = await new Runner(pipeline, source).RunAsync(images, cancellationToken: Cancel);
        List<string> seen = [];
        StreamReport stream = await new StreamRunner(pipeline, source, prediction: null, new() { Window = 5 }).RunAsync(images, i => seen.Add(i.File), Cancel);
        Assert.Equal(images.Select(i => i.Name), seen);
        Assert.Equal(alone.Images.Select(i => (i.File, i.Top1!.Index)), stream.Run.Images.Select(i => (i.File, i.Top1!.Index)));
        Assert.Equal(["device", "device → edge", "edge", "edge → cloud", "cloud"], stream.Stream.Stages.Select(s => s.Stage));
        Assert.All(stream.Stream.Stages, s => Assert.InRange(s.Occupancy, 0, 1));
        Assert.All(stream.Stream.Stages.Where(s => !s.IsLink), s => Assert.True(s.BusyMs > 0));
        Assert.Equal(5, stream.Stream.Window);
        Assert.NotNull(stream.Stream.PerSecond);
    }

    [Fact]
    public async Task RunAsync_TheEdgeDiesAndAFileIsBad_NoPictureIsLost()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await using Pipeline pipeline = new(tiers.Network, tiers.Cuts, nodes);
        await pipeline.ShipAsync(cancellationToken: Cancel);
        string folder = Directory.CreateTempSubdirectory("isthmus-stream-").FullName;
        for (int i = 0; i < 12; i++)
        {
            string path = Path.Combine(folder, $"{i:00}.jpg");
            if (i == 5) await File.WriteAllTextAsync(path, "no picture", Cancel);
            else File.Copy(TinyNetwork.Photo("coffee.jpg"), path);
        }

        List<ImageReport> seen = [];
        StreamRunner runner = new(pipeline, new FixedPlanSource(tiers.Split(tiers.Cuts[1].Id, CodecSpec.Raw, "edge"), "test"), prediction: null, new() { Window = 3 });
        StreamReport report = await runner.RunAsync(
            LabelledImages.Load(folder),
            image =>
            {
                seen.Add(image);
                if (seen.Count == 3) tiers.EdgeLink.DisposeAsync().AsTask().Wait();
            },
            Cancel);
        Assert.Equal(Enumerable.Range(0, 12).Select(i => $"{i:00}.jpg"), seen.Select(i => i.File));
        Assert.Equal(seen, report.Run.Images);
        Assert.Equal(11, report.Run.Summary.Answered);
        Assert.Equal(ErrorKind.Data, report.Run.Images[5].ErrorKind);
        Assert.Null(report.Run.Images[0].Fallback);
        Assert.Contains("device finished alone", report.Run.Images[11].Fallback, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void StreamOptions_AWindowOutOfRange_IsRefused()
    {
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(new StreamOptions { Window = 0 }.Validate).Kind);
        Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(new StreamOptions { Window = 65 }.Validate).Kind);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;
}
