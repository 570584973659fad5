using System.Collections.Immutable;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Inference.Classification;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Profiling;

namespace Isthmus.Runtime.Tests.Profiling;

public sealed class ProfilerTests
{
    private static readonly string[] Pictures = [.. new[] { "chelsea.jpg", "coffee.jpg", "rocket.jpg" }.Select(TinyNetwork.Photo)];

    [Fact]
    public async Task MeasureAsync_ThreeTiers_MeasuresAllThatPlansNeed()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        List<ProgressReport> progress = [];
        ProfilerOptions options = new() { Samples = 3, Repeats = 3, AllCuts = true, Codecs = [CodecSpec.Raw, CodecSpec.Huffman(4)] };
        Profile profile = await new Profiler(tiers.Network, tiers.Analysis, nodes, options).MeasureAsync(Pictures, new Collector(progress), Cancel);
        ProfileRules.Check(profile);
        Assert.Equal(profile, ProfileFile.Parse(ProfileFile.Serialize(profile)) with { Cuts = profile.Cuts, Inputs = profile.Inputs, Nodes = profile.Nodes, Links = profile.Links, Created = profile.Created });
        Assert.Equal(["device", "edge", "cloud"], profile.Nodes.Select(n => n.Name));
        Assert.Equal(tiers.Analysis.Cuts.Select(c => c.Id), profile.Cuts.Select(c => c.Id));
        Assert.Equal(tiers.Analysis.Macs, profile.Macs);
        Assert.Equal(options.Inputs, profile.Inputs.Select(i => i.Encoding));
        ProfileIndex index = ProfileIndex.Of(profile);
        foreach (NodeProfile node in profile.Nodes) Assert.NotNull(index.Compute(node.Name, null, null));
        foreach (CutProfile cut in profile.Cuts)
        {
            Assert.NotNull(index.Compute("device", null, cut.Id));
            Assert.NotNull(index.Compute("edge", null, cut.Id));
            Assert.NotNull(index.Compute("edge", cut.Id, null));
            Assert.NotNull(index.Compute("cloud", cut.Id, null));
            Assert.Equal(0, cut.Codecs[0].AccuracyLoss);
            Assert.InRange(cut.Codecs[0].Bytes.Value, cut.Bytes.Value, cut.Bytes.Value + 2_000);
        }

        // Every kind of plan can be costed, and the planner finds one.
        CostModel model = new(index);
        Plan[] plans = [tiers.DeviceOnly(), tiers.Remote(InputEncoding.Png, "cloud"), tiers.Split(profile.Cuts[1].Id, CodecSpec.Huffman(4), "edge"), tiers.ThreeTiers(profile.Cuts[0].Id, profile.Cuts[2].Id, CodecSpec.Raw)];
        foreach (Plan plan in plans) Assert.True(model.Cost(plan).Total.Value > 0, plan.Describe());
        Assert.NotEmpty(Planner.Plan(new(profile)).Ranked);
        Assert.Equal(progress.Select(p => p.Fraction).Where(f => f <= 1), progress.Select(p => p.Fraction));
        Assert.Equal(1, progress[^1].Fraction);
    }

    [Fact]
    public async Task MeasureAsync_ByDefault_AlsoMeasuresEveryBlockOnEveryNode()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        ProfilerOptions options = new() { Samples = 1, Repeats = 3, MaxCuts = 3, Codecs = [CodecSpec.Raw], Inputs = [InputEncoding.File], Lifetime = TimeSpan.FromDays(2) };
        Profile profile = await new Profiler(tiers.Network, tiers.Analysis, nodes, options).MeasureAsync(Pictures, null, Cancel);
        Assert.Equal(profile.Created.AddDays(2), profile.Expires);
        Assert.Equal(["device", "edge", "cloud"], BlockSum.Of(profile).Select(b => b.Node));
        Assert.All(BlockSum.Of(profile), b => Assert.Equal(4, b.Blocks));
        Assert.All(profile.Nodes.SelectMany(n => n.Segments), s => Assert.True(s.Load!.Value.Value > 0));
        if (PeakMemory.Begin().SoFar() is not null) Assert.All(profile.Nodes.SelectMany(n => n.Segments), s => Assert.NotNull(s.PeakMemory));
        Assert.Equal(profile.Cuts.Select(c => c.Layers).Order(), profile.Cuts.Select(c => c.Layers));
        Assert.All(profile.Cuts, c => Assert.InRange(c.Layers!.Value, 1, profile.Layers!.Value - 1));
    }

    [Fact]
    public async Task MeasureAsync_OnlyBlocks_MeasuresThemAndTheWholeAndEveryCodec()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        ProfilerOptions options = new() { Samples = 1, Repeats = 3, MaxCuts = 3, Codecs = [CodecSpec.Raw, CodecSpec.Half], Inputs = [InputEncoding.File], Blocks = BlockMeasurement.Only };
        Profile profile = await new Profiler(tiers.Network, tiers.Analysis, nodes, options).MeasureAsync(Pictures, null, Cancel);
        ProfileRules.Check(profile);
        string?[] places = [null, .. profile.Cuts.Select(c => c.Id), null];
        (string?, string?)[] expected = [(null, null), .. places.Zip(places.Skip(1))];
        foreach (NodeProfile node in profile.Nodes)
        {
            Assert.Equal(expected.Order(), node.Segments.Select(s => (s.From, s.To)).Order());
            Assert.Equal(6, node.Codecs.Length);
        }

        // Block after block: of the network's segments a node has loaded no head that it does not measure.
        Assert.Equal(5, tiers.Edge.Counters.SessionsLoaded);
    }

    [Fact]
    public async Task MeasureAsync_DeviceAlone_ProfilesItAndPassesOverWhatIsNoPicture()
    {
        Network network = TinyNetwork.Create();
        string text = Path.Combine(Directory.CreateTempSubdirectory("isthmus-profiler-").FullName, "text.jpg");
        await File.WriteAllTextAsync(text, "no picture", Cancel);
        using Tiers nobody = await Tiers.ConnectAsync(new(null, null), cancellationToken: Cancel);
        Inference.Graphs.ModelAnalysis analysis = Inference.Graphs.ModelAnalysis.Analyse(network.Model, cancellationToken: Cancel);
        Profile profile = await new Profiler(network, analysis, nobody, new() { Samples = 2, Repeats = 3, Slowdown = 2 }).MeasureAsync([text, .. Pictures], null, Cancel);
        Assert.Equal(2, profile.SampleCount);
        Assert.Equal(2, profile.Nodes[0].Slowdown);
        Assert.Empty(profile.Links);
        Assert.Equal("device", Planner.Plan(new(profile)).Winner.Plan.Describe());
        Directory.Delete(Path.GetDirectoryName(text)!, recursive: true);
    }

    [Fact]
    public async Task MeasureAsync_WithACalibration_MeasuresOnlyTimesOfWhatItKnows()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        CalibrationOptions settings = new()
        {
            Codecs = [CodecSpec.Raw, CodecSpec.Huffman(4), CodecSpec.Huffman(1)],
            Inputs = [InputEncoding.File, InputEncoding.Jpeg(50)],
            Cuts = [tiers.Analysis.Cuts[0].Id, tiers.Analysis.Cuts[2].Id],
            StopLoss = 1,
        };
        Profile calibrated = (await new Calibrator(tiers.Network, tiers.Analysis, settings).CalibrateAsync([.. Pictures.Select(p => new LabelledImage(p, Path.GetFileName(p), null))], null, Cancel)).Profile;
        // As if one had been given up, and as if there were more images than are measured with.
        CodecProfile givenUp = calibrated.Cuts[0].Codecs[2] with { AccuracyLoss = 1, Accuracy = new(0.5, 0.3, 0.7, 0.5) { Stopped = true } };
        calibrated = calibrated with { SampleCount = 300, Cuts = [calibrated.Cuts[0] with { Codecs = calibrated.Cuts[0].Codecs.SetItem(2, givenUp) }, calibrated.Cuts[1]] };
        ProfilerOptions options = new() { Samples = 1, Repeats = 3, Codecs = settings.Codecs, Inputs = settings.Inputs, Calibration = calibrated };
        Profile profile = await new Profiler(tiers.Network, tiers.Analysis, nodes, options).MeasureAsync(Pictures, null, Cancel);
        ProfileRules.Check(profile);
        Assert.Equal(300, profile.SampleCount);
        Assert.Equal(calibrated.Calibration, profile.Calibration);
        Assert.Equal(calibrated.Cuts.Select(c => c.Id), profile.Cuts.Select(c => c.Id));
        for (int i = 0; i < 2; i++) Assert.Equal(calibrated.Cuts[i].Codecs, profile.Cuts[i].Codecs);
        Assert.Equal(calibrated.Inputs, profile.Inputs);
        foreach (NodeProfile node in profile.Nodes)
        {
            Assert.DoesNotContain(node.Codecs, c => c.Cut == calibrated.Cuts[0].Id && c.Codec == CodecSpec.Huffman(1));
            Assert.Contains(node.Codecs, c => c.Cut == calibrated.Cuts[1].Id && c.Codec == CodecSpec.Huffman(1));
        }

        CostModel model = new(ProfileIndex.Of(profile));
        Assert.True(model.Cost(tiers.Split(calibrated.Cuts[0].Id, CodecSpec.Huffman(4), "edge")).Total.Value > 0);
        Assert.Throws<IsthmusException>(() => model.Cost(tiers.Split(calibrated.Cuts[0].Id, CodecSpec.Huffman(1), "edge")));
    }

    [Fact]
    public async Task Profiler_CalibrationThatDoesNotFit_IsRefused()
    {
        Network network = TinyNetwork.Create();
        Inference.Graphs.ModelAnalysis analysis = Inference.Graphs.ModelAnalysis.Analyse(network.Model, cancellationToken: Cancel);
        using Tiers nobody = await Tiers.ConnectAsync(new(null, null), cancellationToken: Cancel);
        CalibrationOptions settings = new() { Codecs = [CodecSpec.Raw], Inputs = [InputEncoding.File], MaxCuts = 1 };
        Profile known = (await new Calibrator(network, analysis, settings).CalibrateAsync([new(Pictures[0], "chelsea.jpg", null)], null, Cancel)).Profile;
        ProfilerOptions options = new() { Codecs = [CodecSpec.Raw], Inputs = [InputEncoding.File], Calibration = known };
        _ = new Profiler(network, analysis, nobody, options);
        foreach (ProfilerOptions wrong in new[]
        {
            options with { Codecs = [CodecSpec.Half] },
            options with { Inputs = [InputEncoding.Png] },
            options with { Calibration = known with { Calibration = null } },
            options with { Calibration = known with { Model = ModelHash.Of([1]) } },
            options with { Calibration = known with { Calibration = known.Calibration! with { Manifest = known.Model } } },
            options with { Calibration = known with { Cuts = [known.Cuts[0] with { Tensors = [new("other", known.Cuts[0].Tensors[0].Shape)] }] } },
        })
            Assert.Throws<IsthmusException>(() => new Profiler(network, analysis, nobody, wrong));
    }

    [Fact]
    public async Task MeasureAsync_NodeDiesMeanwhile_IsLeftOutAndTheRestCanBePlanned()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        ProfilerOptions options = new() { Samples = 1, Repeats = 3, MaxCuts = 2, Codecs = [CodecSpec.Raw] };
        // The edge goes away as the first of its segments is begun.
        OnStep dies = new("edge: input", tiers.EdgeLink.DisposeAsync);
        Profile profile = await new Profiler(tiers.Network, tiers.Analysis, nodes, options).MeasureAsync(Pictures, dies, Cancel);
        Assert.Equal(["device", "cloud"], profile.Nodes.Select(n => n.Name));
        Assert.DoesNotContain(profile.Links, l => l.From == "edge" || l.To == "edge");
        Assert.True(nodes.Node("edge").Breaker.IsOpen);
        Assert.NotEmpty(Planner.Plan(new(profile)).Ranked);
    }

    [Fact]
    public async Task MeasureAsync_Interrupted_GoesOnWhereItEnded()
    {
        await using TierFixture tiers = await TierFixture.StartAsync();
        using Tiers nodes = await tiers.ConnectAsync();
        string folder = Directory.CreateTempSubdirectory("isthmus-journal-").FullName;
        ProfilerOptions options = new() { Samples = 2, Repeats = 3, Journal = Path.Combine(folder, "journal") };
        Profiler profiler = new(tiers.Network, tiers.Analysis, nodes, options);
        using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => profiler.MeasureAsync(Pictures, new Interrupt(cancel, "cloud: input"), cancel.Token));
        Assert.True(File.Exists(options.Journal));
        long before = tiers.Edge.Counters.Requests;
        Profile profile = await profiler.MeasureAsync(Pictures, null, Cancel);
        ProfileRules.Check(profile);
        Assert.False(File.Exists(options.Journal));
        // The edge had been measured: only its model and its links are asked for again.
        Assert.Equal(before, tiers.Edge.Counters.Requests);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Choose_MoreCutsThanWanted_KeepsTheSmallestAndSpreadsTheRest()
    {
        ImmutableArray<Inference.Graphs.CutAnalysis> cuts = [.. Enumerable.Range(0, 40).Select(i => new Inference.Graphs.CutAnalysis(
            new Cut($"c{i:00}", [$"t{i}"], (i % 7 * 1000) + 5000 - (i * 10), i, i, []), [], new((i % 7 * 1000) + 5000 - (i * 10)), i / 40.0))];
        foreach (int count in new[] { 0, 1, 3, 8, 16, 39, 40, 100 })
        {
            ImmutableArray<Inference.Graphs.CutAnalysis> chosen = CutSelection.Choose(cuts, count);
            Assert.Equal(Math.Min(count, 40), chosen.Length);
            Assert.Equal(chosen.OrderBy(c => c.MacShare), chosen);
            if (count >= 8) Assert.Contains(cuts.MinBy(c => c.Bytes.Value)!, chosen);
        }
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private sealed class Collector(List<ProgressReport> reports) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => reports.Add(value);
    }

    private sealed class OnStep(string step, Func<ValueTask> act) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Step.StartsWith(step, StringComparison.Ordinal)) act().AsTask().GetAwaiter().GetResult();
        }
    }

    private sealed class Interrupt(CancellationTokenSource cancel, string step) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Step.StartsWith(step, StringComparison.Ordinal)) cancel.Cancel();
        }
    }
}
