using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Quantities;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Running;

namespace Isthmus.Runtime.Tests.Running;

public sealed class CascadeTests
{
    private static readonly LabelledImage[] Photos = [.. Directory.GetFiles(TinyNetwork.Photos, "*.jpg").Order(StringComparer.Ordinal).Select(p => new LabelledImage(p, Path.GetFileName(p), null))];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static async Task<ImageReport[]> RunAsync(TierFixture tiers, Tiers nodes, CascadeRule rule, Plan plan, PipelineOptions? options = null)
    {
        await using Pipeline remote = new(tiers.Network, tiers.Cuts, nodes, options);
        await remote.ShipAsync(cancellationToken: Cancel);
        await using Cascade cascade = new(remote, TinyNetwork.Create(seed: 2), rule, new());
        await cascade.WarmAsync(Cancel);
        RunReport report = await new Runner(remote, new FixedPlanSource(plan, "test")) { Answerer = cascade }.RunAsync(Photos, cancellationToken: Cancel);
        return [.. report.Images];
    }

    // What a network says of each photograph, alone.
    private static async Task<Dictionary<string, ClassScore>> AloneAsync(TierFixture tiers, Tiers nodes, Network network)
    {
        await using Pipeline pipeline = new(network, [], nodes);
        Dictionary<string, ClassScore> answers = [];
        foreach (LabelledImage photo in Photos) answers[photo.Name] = (await pipeline.RunAsync(BaselinePlans.DeviceOnly(network.Model.Hash), photo.Path, Cancel)).Top[0];
        return answers;
    }

    [Fact]
    public async Task AnswerAsync_Threshold_SendsExactlyThoseThatTheDeviceIsLessSureOf()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Dictionary<string, ClassScore> device = await AloneAsync(tiers, nodes, TinyNetwork.Create(seed: 2)), remote = await AloneAsync(tiers, nodes, tiers.Network);
        double middle = device.Values.Select(s => s.Score).Order().ElementAt(Photos.Length / 2);
        ImageReport[] images = await RunAsync(tiers, nodes, CascadeRule.Below(middle), tiers.Remote(InputEncoding.File, "cloud"));
        Assert.Equal(Photos.Select(p => p.Name), images.Select(i => i.File));
        foreach (ImageReport image in images)
        {
            bool local = device[image.File].Score >= middle;
            Assert.Equal(local, image.Cascade!.IsLocal);
            Assert.Equal(local ? ["device"] : ["device", "cloud"], image.Where.Select(w => w.Node));
            Assert.Equal(local ? device[image.File].Index : remote[image.File].Index, image.Top1!.Index);
            Assert.Equal(local, image.BytesSent == 0);
            Assert.Equal((device[image.File].Index, device[image.File].Score), (image.Cascade.Class, image.Cascade.Confidence));
            Assert.Equal(image.Ms!.Total.Value, (image.Ms.Known + image.Ms.Overhead).Value, 0.01);
        }

        Assert.Contains(images, i => i.Cascade!.IsLocal);
        Assert.Contains(images, i => !i.Cascade!.IsLocal);
    }

    [Fact]
    public async Task AnswerAsync_TheNodeIsGone_TheDevicesOwnAnswerIsTakenOnceForEach()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Dictionary<string, ClassScore> device = await AloneAsync(tiers, nodes, TinyNetwork.Create(seed: 2));
        await using Pipeline remote = new(tiers.Network, tiers.Cuts, nodes);
        await remote.ShipAsync(cancellationToken: Cancel);
        await using Cascade cascade = new(remote, TinyNetwork.Create(seed: 2), CascadeRule.Below(1), new());
        Runner runner = new(remote, new FixedPlanSource(tiers.Remote(InputEncoding.Jpeg(90), "cloud"), "test")) { Answerer = cascade };
        int seen = 0;
        RunReport report = await runner.RunAsync([.. Photos, .. Photos], _ =>
        {
            if (++seen == 3) tiers.CloudLink.DisposeAsync().AsTask().Wait(Cancel);
        }, Cancel);
        Assert.Equal(2 * Photos.Length, report.Images.Length);
        Assert.All(report.Images[..3], i => Assert.Null(i.Fallback));
        Assert.All(report.Images[3..], i =>
        {
            Assert.Contains("the device's own answer was taken", i.Fallback, StringComparison.Ordinal);
            Assert.Equal((device[i.File].Index, device[i.File].Score), (i.Top1!.Index, i.Top1.Score));
            Assert.Equal(["device"], i.Where.Select(w => w.Node));
        });
        CascadeSummary summary = CascadeSummary.Of(report.Images, cascade.Rule, null, null);
        Assert.Equal((0, 2 * Photos.Length, (2 * Photos.Length) - 3), (summary.Local, summary.Sent, summary.Fallbacks));
    }

    [Fact]
    public async Task AnswerAsync_TheNodeIsTooLate_TheDevicesOwnAnswerIsTaken()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        await RunAsync(tiers, nodes, CascadeRule.Below(1), tiers.Remote(InputEncoding.File, "cloud"));
        tiers.CloudLink.SetConditions(new(BitsPerSecond.Unlimited, new(50_000)), new(BitsPerSecond.Unlimited, new(50_000)));
        ImageReport[] images = await RunAsync(tiers, nodes, CascadeRule.Below(1), tiers.Remote(InputEncoding.File, "cloud"), new() { RemoteTimeout = new(100) });
        Assert.All(images, i => Assert.Contains("the device's own answer was taken", i.Fallback, StringComparison.Ordinal));
        Assert.All(images, i => Assert.Equal(i.Cascade!.Class, i.Top1!.Index));
    }

    [Fact]
    public async Task AnswerAsync_LearnedPolicy_SendsItsFractions()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Dictionary<string, ClassScore> device = await AloneAsync(tiers, nodes, TinyNetwork.Create(seed: 2));
        double[] sorted = [.. device.Values.Select(s => s.Score).Order()];
        // Unsure: everything is needed; in between: 40 %; sure: nothing.
        ConfidenceTable table = new(ModelHash.Of([1]), "small", "jpeg:100", [0.4, 1],
        [
            new(0, 100, 10, [20, 90]), new(sorted[2], 100, 30, [95, 95]), new(sorted[^1], 100, 99, [99, 99]),
        ]);
        InputEncoding form = InputEncoding.Jpeg(100);
        CascadeRule rule = CascadeRule.Learned(table, 3_000, (90 + 95 + 99) / 300.0, form);
        Assert.Equal([1, 0.4, 0], rule.Policy!.Fractions);
        foreach (ImageReport image in await RunAsync(tiers, nodes, rule, tiers.Remote(form, "edge")))
        {
            double score = device[image.File].Score, expected = score >= sorted[^1] ? 0 : score >= sorted[2] ? 0.4 : 1;
            Assert.Equal(expected, image.Cascade!.Fraction);
            if (expected == 0) Assert.Null(image.Input);
            else Assert.InRange(image.Input!.Fraction, expected - 0.021, expected + 0.001);
        }
    }

    [Fact]
    public async Task AnswerAsync_PlanThatBeginsOnTheDevice_IsRefused()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        Assert.All(await RunAsync(tiers, nodes, CascadeRule.Below(1), tiers.DeviceOnly()), i => Assert.Equal(ErrorKind.Planning, i.ErrorKind));
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Below_NoConfidence_IsRefused(double threshold) => Assert.Throws<IsthmusException>(() => CascadeRule.Below(threshold));

    [Fact]
    public void FractionAt_Bins_ReachUpToTheNext()
    {
        ConfidenceTable table = new(ModelHash.Of([1]), "small", "embedded", [0.5], [new(0, 100, 0, [100]), new(0.5, 100, 100, [100])]);
        CascadeRule rule = CascadeRule.Learned(table, 1_000, 1, InputEncoding.Embedded);
        Assert.Equal([0.5, 0.5, 0, 0], new[] { 0, 0.4999, 0.5, 1 }.Select(c => rule.FractionAt(c)!.Value));
    }

    [Fact]
    public void Choose_ByTheCurve_CutsLargePicturesShorterAndNeverBeyondTheDeadline()
    {
        GompertzCurve curve = new(0.9, 3, 8);
        CurvePoint point = new(InputEncoding.Jpeg(75), 1, new(20_000), curve.At(1), 0, 1, 1, 100);
        InputCurve family = new("jpeg:75", InputEncoding.Jpeg(75), new(20_000), 100, 1, [point], [new(AccuracyCurves.Gompertz, [curve.A, curve.B, curve.C], 0, null, [])], AccuracyCurves.Gompertz);
        CurveChooser chooser = new(family);
        PartQuestion Ask(int whole, double? left = null) => new(
            InputEncoding.Jpeg(75).First(0.4), (int)(0.4 * whole), whole, 300, [], new(new(10), new(1e6), new(0), 5, 5), left is { } ms ? new Milliseconds(ms) : null);
        int mean = chooser.Choose(Ask(20_000)), large = chooser.Choose(Ask(30_000)), small = chooser.Choose(Ask(5_000));
        // The mean picture is cut where the plan says.
        Assert.InRange(mean, 7_900, 8_100);
        Assert.True(large / 30_000.0 < 0.4 && small / 5_000.0 > 0.4, $"{large} {small}");
        // As much accuracy for a byte everywhere.
        double at = curve.SlopeAt(0.4) / 20_000;
        Assert.Equal(at, curve.SlopeAt(large / 30_000.0) / 30_000, at * 0.05);
        Assert.Equal(at, curve.SlopeAt(small / 5_000.0) / 5_000, at * 0.05);
        Assert.Equal(2_500, chooser.Choose(Ask(30_000, left: 20)), 100.0);
        Assert.Equal(300, chooser.Choose(Ask(60_000, left: 0)));
    }
}
