using System.Collections.Immutable;
using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Pipelines;
using Isthmus.Runtime.Protocol;

namespace Isthmus.Runtime.Tests.Calibration;

public sealed class CalibratorTests : IDisposable
{
    private static readonly ImmutableArray<CodecSpec> Codecs = [CodecSpec.Raw, CodecSpec.Huffman(4), CodecSpec.Huffman(2), CodecSpec.Huffman(1), CodecSpec.Fast(4), CodecSpec.Dense(6), CodecSpec.Dense(2)];
    private static readonly ImmutableArray<InputEncoding> Inputs = [InputEncoding.File, InputEncoding.Jpeg(90), InputEncoding.Jpeg(1)];

    private readonly RandomPictures _pictures = new(30);
    private readonly Network _network = TinyNetwork.Create();
    private readonly ModelAnalysis _analysis;
    private readonly CalibrationOptions _options = new() { Codecs = Codecs, Inputs = Inputs, StopLoss = 1, Repeats = 2, Workers = 3 };

    public CalibratorTests() => _analysis = ModelAnalysis.Analyse(_network.Model, cancellationToken: Cancel);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _pictures.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CalibrateAsync_EveryCutAndCodec_CountsWhatADirectComparisonCounts(bool labelled)
    {
        LabelledImage[] images = labelled ? Labelled() : _pictures.Images;
        Profile profile = (await new Calibrator(_network, _analysis, _options).CalibrateAsync(images, null, Cancel)).Profile;
        ProfileRules.Check(profile);
        Assert.Equal(_analysis.Cuts.Select(c => c.Id), profile.Cuts.Select(c => c.Id));
        Assert.Equal(labelled, profile.Calibration!.Labelled);
        Assert.Equal(images.Length, profile.Calibration.SampleCount);
        using NetworkSession whole = NetworkSession.Create(_network.Model.File);
        int differing = 0;
        foreach ((CutProfile cut, CutAnalysis at) in profile.Cuts.Zip(_analysis.Cuts))
        {
            Assert.All(cut.Tensors, t => Assert.NotNull(t.Tables));
            using NetworkSession head = NetworkSession.Create(SegmentExtractor.Extract(_network.Model, null, at.TensorNames, _analysis.Tensors));
            using NetworkSession tail = NetworkSession.Create(SegmentExtractor.Extract(_network.Model, at.TensorNames, null, _analysis.Tensors));
            foreach (CodecProfile row in cut.Codecs)
            {
                int agrees = 0, lost = 0, gained = 0;
                long frames = 0;
                foreach (LabelledImage image in images)
                {
                    using Tensor input = _network.Preprocessor.FromFile(await File.ReadAllBytesAsync(image.Path, Cancel));
                    int before = Answer(whole, [input]), after = Answer(tail, [.. head.Run([input], Cancel).Select((t, i) => Through(t, row.Codec, cut.Tensors[i].Tables, ref frames))]);
                    if (before == after) agrees++;
                    if (before == image.ClassIndex && after != image.ClassIndex) lost++;
                    if (before != image.ClassIndex && after == image.ClassIndex) gained++;
                }

                double n = images.Length;
                differing += images.Length - agrees;
                MeasuredAccuracy accuracy = row.Accuracy!;
                Assert.Equal(agrees / n, accuracy.Agreement, 1e-12);
                Assert.Equal(labelled ? (lost - gained) / n : 1 - (agrees / n), accuracy.RawLoss, 1e-12);
                Assert.Equal(labelled ? (gained - lost) / n : (double?)null, accuracy.Top1Change);
                Assert.False(accuracy.Stopped);
                // The frames, and the request around them.
                Assert.InRange(row.Bytes.Value, (long)(frames / n), (long)(frames / n) + 800);
            }
        }

        Assert.True(differing > 0, "The codecs change nothing: this test shows nothing.");
        Assert.Equal(0, profile.Inputs[0].AccuracyLoss);
        foreach (InputProfile row in profile.Inputs)
        {
            int agrees = 0;
            foreach (LabelledImage image in images)
            {
                byte[] file = await File.ReadAllBytesAsync(image.Path, Cancel);
                using Tensor input = _network.Preprocessor.FromFile(file), crossed = _network.Preprocessor.FromEncoded(_network.Preprocessor.Encode(file, row.Encoding), row.Encoding);
                if (Answer(whole, [input]) == Answer(whole, [crossed])) agrees++;
            }

            Assert.Equal((double)agrees / images.Length, row.Accuracy!.Agreement, 1e-12);
        }

        // What was measured on the way: the device's times for the whole network, every head and every codec.
        NodeProfile device = Assert.Single(profile.Nodes);
        Assert.Equal(profile.Cuts.Length + 1, device.Segments.Length);
        Assert.Equal(profile.Cuts.Length * Codecs.Length, device.Codecs.Length);
        Assert.Equal("device", Planner.Plan(new(profile)).Winner.Plan.Describe());
    }

    [Fact]
    public async Task CalibrateAsync_FinerCodec_NeverLosesMore()
    {
        Profile profile = (await new Calibrator(_network, _analysis, _options with { Codecs = [.. Enumerable.Range(1, 8).Select(CodecSpec.Huffman)] }).CalibrateAsync(Labelled(), null, Cancel)).Profile;
        foreach (CutProfile cut in profile.Cuts) Assert.Equal(cut.Codecs.Select(c => c.AccuracyLoss).OrderDescending(), cut.Codecs.Select(c => c.AccuracyLoss));
    }

    [Fact]
    public async Task CalibrateAsync_HopelessSetting_IsGivenUpAndNeverPlannedWith()
    {
        CalibrationOptions options = _options with { StopLoss = 0.02, Inputs = [], Codecs = [CodecSpec.Raw, CodecSpec.Huffman(1)] };
        Profile profile = (await new Calibrator(_network, _analysis, options).CalibrateAsync(_pictures.Images, null, Cancel)).Profile;
        ProfileRules.Check(profile);
        CutProfile cut = profile.Cuts.First(c => c.Codecs[1].Accuracy!.Stopped);
        Assert.Equal(1, cut.Codecs[1].AccuracyLoss);
        Assert.InRange(cut.Codecs[1].SampleCount, 1, 29);
        Assert.True(cut.Codecs[1].Accuracy!.RawLoss > 0.02);
        Assert.Equal(30, cut.Codecs[0].SampleCount);
        Assert.DoesNotContain(profile.Nodes[0].Codecs, c => c.Cut == cut.Id && c.Codec == CodecSpec.Huffman(1));
        // What is not 1 although it was given up is refused.
        Profile wrong = profile with { Cuts = [cut with { Codecs = [cut.Codecs[1] with { AccuracyLoss = 0.5 }] }], Nodes = [profile.Nodes[0] with { Segments = [], Codecs = [] }] };
        Assert.Contains("stopped early", Assert.Throws<IsthmusException>(() => ProfileRules.Check(wrong)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CalibrateAsync_InterruptedAnywhere_GoesOnToTheSameTables()
    {
        LabelledImage[] images = Labelled();
        string expected = Tables((await new Calibrator(_network, _analysis, _options).CalibrateAsync(images, null, Cancel)).Profile);
        CalibrationOptions options = _options with { Journal = _pictures["journal"], JournalInterval = TimeSpan.Zero };
        foreach (string step in new[] { "whole network, image 12", "input, image 3", $"{_analysis.Cuts[1].Id}, image 17", $"{_analysis.Cuts[2].Id}, image 1 " })
        {
            using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Calibrator(_network, _analysis, options).CalibrateAsync(images, new Interrupt(cancel, step), cancel.Token));
            // As if the process had been killed while it wrote.
            await File.AppendAllTextAsync(options.Journal!, "{\"pass\":\"c0", Cancel);
        }

        List<string> steps = [];
        Calibrator calibrator = new(_network, _analysis, options);
        CalibrationResult result = await calibrator.CalibrateAsync(images, new Collector(steps), Cancel);
        Assert.Equal(expected, Tables(result.Profile));
        // What was done is not done again: the first step of each pass is where it was left.
        Assert.Contains($"{_analysis.Cuts[1].Id}, image 30 of 30", steps);
        Assert.DoesNotContain($"{_analysis.Cuts[1].Id}, image 16 of 30", steps);
        Assert.True(File.Exists(options.Journal));
        calibrator.DeleteJournal();
        Assert.False(File.Exists(options.Journal));
    }

    [Fact]
    public async Task CalibrateAsync_JournalOfAnotherCalibration_IsRefusedAndKept()
    {
        CalibrationOptions options = _options with { Journal = _pictures["journal"], Cuts = [_analysis.Cuts[0].Id], Inputs = [] };
        await new Calibrator(_network, _analysis, options).CalibrateAsync(_pictures.Images, null, Cancel);
        byte[] before = await File.ReadAllBytesAsync(options.Journal!, Cancel);
        // Other labels, other codecs, fewer images: each is another calibration.
        foreach ((CalibrationOptions other, LabelledImage[] images) in new[] { (options, Labelled()), (options with { Codecs = [CodecSpec.Raw] }, _pictures.Images), (options with { MaxImages = 5 }, _pictures.Images) })
        {
            IsthmusException e = await Assert.ThrowsAsync<IsthmusException>(() => new Calibrator(_network, _analysis, other).CalibrateAsync(images, null, Cancel));
            Assert.Contains("unfinished calibration", e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(options.Journal!, Cancel));
        // More cuts are the same calibration.
        Assert.Equal(2, (await new Calibrator(_network, _analysis, options with { Cuts = [_analysis.Cuts[0].Id, _analysis.Cuts[1].Id] }).CalibrateAsync(_pictures.Images, null, Cancel)).Profile.Cuts.Length);
        await File.WriteAllTextAsync(options.Journal!, "something else\n", Cancel);
        await Assert.ThrowsAsync<IsthmusException>(() => new Calibrator(_network, _analysis, options).CalibrateAsync(_pictures.Images, null, Cancel));
    }

    [Fact]
    public async Task CalibrateAsync_SameImagesInAnotherOrder_HaveTheSameHashAndTables()
    {
        CalibrationOptions options = _options with { Cuts = [_analysis.Cuts[1].Id], StopLoss = 0.1 };
        LabelledImage[] images = Labelled();
        Profile one = (await new Calibrator(_network, _analysis, options).CalibrateAsync(images, null, Cancel)).Profile;
        Profile other = (await new Calibrator(_network, _analysis, options with { Workers = 1 }).CalibrateAsync([.. images.Reverse()], null, Cancel)).Profile;
        Assert.Equal(one.Calibration!.DataHash, other.Calibration!.DataHash);
        Assert.Equal(Tables(one), Tables(other));
        Profile unlabelled = (await new Calibrator(_network, _analysis, options).CalibrateAsync(_pictures.Images, null, Cancel)).Profile;
        Assert.NotEqual(one.Calibration.DataHash, unlabelled.Calibration!.DataHash);
    }

    [Fact]
    public async Task CalibrateAsync_SomeFilesAreNoPictures_PassesThemOver()
    {
        await File.WriteAllTextAsync(_pictures["text.jpg"], "no picture", Cancel);
        LabelledImage[] images = [.. _pictures.Images.Take(4), new(_pictures["text.jpg"], "text.jpg", null), new(_pictures["absent.jpg"], "absent.jpg", null)];
        CalibrationResult result = await new Calibrator(_network, _analysis, _options with { MaxCuts = 1 }).CalibrateAsync(images, null, Cancel);
        Assert.Equal(4, result.Profile.SampleCount);
        Assert.Equal(["absent.jpg", "text.jpg"], result.PassedOver.Select(p => p.Split(':')[0]).Order(StringComparer.Ordinal));
        await Assert.ThrowsAsync<IsthmusException>(() => new Calibrator(_network, _analysis, _options).CalibrateAsync(images[4..], null, Cancel));
    }

    [Fact]
    public async Task CalibrateAsync_LabelThatIsNoClass_IsRefused()
    {
        LabelledImage[] images = [_pictures.Images[0] with { ClassIndex = 10 }];
        IsthmusException e = await Assert.ThrowsAsync<IsthmusException>(() => new Calibrator(_network, _analysis, _options).CalibrateAsync(images, null, Cancel));
        Assert.Contains("class 10", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CalibrateAsync_Progress_NeverGoesBackAndEndsWithOne()
    {
        List<double> fractions = [];
        await new Calibrator(_network, _analysis, _options with { StopLoss = 0.02 }).CalibrateAsync(_pictures.Images, new Fractions(fractions), Cancel);
        Assert.Equal(fractions.Order(), fractions);
        Assert.Equal(1, fractions[^1]);
        Assert.All(fractions, f => Assert.InRange(f, 0, 1));
    }

    [Fact]
    public void Calibrator_WrongOptions_AreRefused()
    {
        foreach (CalibrationOptions wrong in new[]
        {
            _options with { StopLoss = 2 }, _options with { StopLoss = double.NaN }, _options with { Workers = 0 }, _options with { MaxImages = 0 }, _options with { Cuts = ["c99"] },
            _options with { Cuts = ["c00"], MaxCuts = 1 }, _options with { Inputs = [InputEncoding.Local] }, _options with { Codecs = [], Inputs = [] },
            _options with { Codecs = [CodecSpec.Raw, CodecSpec.Raw] },
        })
            Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new Calibrator(_network, _analysis, wrong)).Kind);
    }

    [Fact]
    public async Task Into_AProfileOfTheSameNetwork_ReplacesRowsAndKeepsTimes()
    {
        CalibrationOptions options = _options with { Cuts = [_analysis.Cuts[0].Id, _analysis.Cuts[1].Id], StopLoss = 1 };
        Profile old = (await new Calibrator(_network, _analysis, options with { Codecs = [CodecSpec.Raw, CodecSpec.Half, CodecSpec.Huffman(1)], MaxImages = 3 }).CalibrateAsync(_pictures.Images, null, Cancel)).Profile;
        Profile calibrated = (await new Calibrator(_network, _analysis, options with { StopLoss = 0.02, Cuts = [_analysis.Cuts[1].Id, _analysis.Cuts[2].Id] }).CalibrateAsync(Labelled(), null, Cancel)).Profile;
        Profile merged = CalibrationMerge.Into(old with { Calibration = null }, calibrated);
        ProfileRules.Check(merged);
        Assert.Equal(calibrated.Calibration, merged.Calibration);
        Assert.Equal(old.Cuts.Select(c => c.Id), merged.Cuts.Select(c => c.Id));
        Assert.Equal(old.Cuts[0], merged.Cuts[0]);
        Assert.Equal([CodecSpec.Raw, CodecSpec.Half, CodecSpec.Huffman(1), CodecSpec.Huffman(4), CodecSpec.Huffman(2), CodecSpec.Fast(4), CodecSpec.Dense(6), CodecSpec.Dense(2)], merged.Cuts[1].Codecs.Select(c => c.Codec));
        Assert.Equal(calibrated.Cuts[0].Tensors.Select(t => t.Tables), merged.Cuts[1].Tensors.Select(t => t.Tables));
        Assert.Equal([30, 3], merged.Cuts[1].Codecs.Take(2).Select(c => c.SampleCount));
        Assert.Equal(old.Nodes[0].Segments, merged.Nodes[0].Segments);
        Assert.Throws<IsthmusException>(() => CalibrationMerge.Into(old with { Model = ModelHash.Of([1]) }, calibrated));
    }

    // The network is right about two of three.
    private LabelledImage[] Labelled()
    {
        using NetworkSession whole = NetworkSession.Create(_network.Model.File);
        return [.. _pictures.Images.Select((image, i) =>
        {
            using Tensor input = _network.Preprocessor.FromFile(File.ReadAllBytes(image.Path));
            return image with { ClassIndex = (Answer(whole, [input]) + (i % 3 == 0 ? 1 : 0)) % 10 };
        })];
    }

    private int Answer(NetworkSession session, Tensor[] inputs) => _network.Classifier.Top(session.Run(inputs, Cancel)[0], 1)[0].Index;

    private static Tensor Through(Tensor tensor, CodecSpec spec, CodecTables? tables, ref long bytes)
    {
        using PooledBufferWriter frame = new();
        TensorCodecs.Get(spec, tables).Encode(tensor.Floats, tensor.Shape, frame);
        bytes += frame.Length;
        Tensor decoded = Tensor.Rent(ElementType.Float32, tensor.Shape);
        TensorCodecs.Get(spec, tables).Decode(frame.Written.Span, tensor.Shape, decoded.Floats);
        return decoded;
    }

    // All but times.
    private static string Tables(Profile profile) => JsonSerializer.Serialize(new { profile.Cuts, profile.Inputs, profile.Calibration!.DataHash, profile.Calibration.Top1, profile.SampleCount }, IsthmusJson.Compact);

    private sealed class Collector(List<string> steps) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => steps.Add(value.Step);
    }

    private sealed class Fractions(List<double> fractions) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value) => fractions.Add(value.Fraction);
    }

    private sealed class Interrupt(CancellationTokenSource cancel, string step) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Step.StartsWith(step, StringComparison.Ordinal)) cancel.Cancel();
        }
    }
}
