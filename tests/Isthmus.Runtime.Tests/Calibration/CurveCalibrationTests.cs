using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Core.Profiling.Curves;
using Isthmus.Core.Progress;
using Isthmus.Core.Tensors;
using Isthmus.Inference.Classification;
using Isthmus.Inference.Graphs;
using Isthmus.Inference.Sessions;
using Isthmus.Runtime.Calibration;
using Isthmus.Runtime.Pipelines;

namespace Isthmus.Runtime.Tests.Calibration;

/// <summary>Curves of a calibration: accuracy against the bytes of the picture.</summary>
public sealed class CurveCalibrationTests : IDisposable
{
    private readonly RandomPictures _pictures = new(30);
    private readonly Network _network = TinyNetwork.Create();
    private readonly Network _device = TinyNetwork.Create(seed: 2);
    private readonly Dictionary<(ModelHash File, InputEncoding Encoding), int> _answers = [];
    private readonly ModelAnalysis _analysis;
    private readonly CalibrationOptions _options;

    public CurveCalibrationTests()
    {
        _analysis = ModelAnalysis.Analyse(_network.Model, cancellationToken: Cancel);
        _options = new()
        {
            Codecs = [],
            Inputs = [InputEncoding.File],
            Repeats = 2,
            Workers = 3,
            StopLoss = 0.02,
            DeviceNetwork = _device,
            Curves = [CurveFamily.Parse("jpeg:50", [0.3, 0.6, 0.8]), CurveFamily.Parse("quality", []), CurveFamily.Parse("scale", [])],
        };
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _pictures.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CalibrateAsync_Families_CountWhatADirectComparisonCounts(bool labelled)
    {
        LabelledImage[] images = labelled ? Labelled() : _pictures.Images;
        Profile profile = (await new Calibrator(_network, _analysis, _options).CalibrateAsync(images, null, Cancel)).Profile;
        ProfileRules.Check(profile);
        Assert.Equal(["jpeg:50", "quality", "scale"], profile.InputCurves.Select(c => c.Family));
        using NetworkSession session = NetworkSession.Create(_network.Model.File);
        byte[][] files = [.. images.Select(i => File.ReadAllBytes(i.Path))];
        foreach (InputCurve curve in profile.InputCurves)
        {
            Assert.Equal(labelled ? profile.Calibration!.Top1!.Value : 1, curve.Whole);
            Assert.Equal(curve.Reference, curve.Points[^1].Encoding);
            Assert.Equal(1, curve.Points[^1].Fraction);
            Assert.Equal(1, curve.Points[^1].Agreement);
            foreach (CurvePoint point in curve.Points)
            {
                int right = 0, agree = 0;
                for (int i = 0; i < images.Length; i++)
                {
                    int answer = Through(session, files[i], point.Encoding), all = Through(session, files[i], curve.Reference);
                    if (answer == (images[i].ClassIndex ?? Through(session, files[i], InputEncoding.File))) right++;
                    if (answer == all) agree++;
                }

                Assert.Equal((double)right / images.Length, point.Accuracy, 12);
                Assert.Equal((double)agree / images.Length, point.Agreement, 12);
                // What a planner without curves knows of the same point, tried to the end although it is hopeless.
                InputProfile row = profile.Inputs.Single(r => r.Encoding == point.Encoding);
                Assert.Equal(images.Length, row.SampleCount);
                Assert.Equal(curve.Whole - point.Accuracy, row.Accuracy!.RawLoss, 12);
            }
        }

        Assert.True(profile.InputCurves[0].IsContinuous);
        Assert.Equal([0.3, 0.6, 0.8, 1], profile.InputCurves[0].Points.Select(p => p.Fraction));
        Assert.False(profile.InputCurves[1].IsContinuous);
    }

    [Fact]
    public async Task CalibrateAsync_FamiliesOfSettings_NeverLoseMoreWithMore()
    {
        Profile profile = (await new Calibrator(_network, _analysis, _options).CalibrateAsync(Labelled(), null, Cancel)).Profile;
        foreach (CurveFamily family in _options.Curves)
        {
            double[] losses = [.. family.Points.Select(p => profile.Inputs.Single(i => i.Encoding == p).AccuracyLoss)];
            Assert.Equal(losses.OrderDescending(), losses);
        }
    }

    [Fact]
    public async Task CalibrateAsync_PartsOfOneForm_TakeAsLongToEncodeAsAllOfIt()
    {
        Profile profile = (await new Calibrator(_network, _analysis, _options).CalibrateAsync(_pictures.Images, null, Cancel)).Profile;
        InputTiming[] parts = [.. profile.Nodes[0].Inputs.Where(i => i.Encoding.Whole == InputEncoding.Jpeg(50) && i.Encoding.Scale == 1)];
        Assert.Equal(4, parts.Length);
        Assert.Single(parts.Select(p => p.Encode).Distinct());
    }

    [Fact]
    public async Task CalibrateAsync_DeviceNetwork_CountsByItsConfidence()
    {
        LabelledImage[] images = Labelled();
        Profile profile = (await new Calibrator(_network, _analysis, _options).CalibrateAsync(images, null, Cancel)).Profile;
        Assert.Equal(3, profile.ConfidenceTables.Length);
        using NetworkSession device = NetworkSession.Create(_device.Model.File), remote = NetworkSession.Create(_network.Model.File);
        foreach ((ConfidenceTable table, InputCurve curve) in profile.ConfidenceTables.Zip(profile.InputCurves))
        {
            Assert.Equal((_device.Model.Hash, curve.Family), (table.DeviceModel, table.Family));
            Assert.Equal(curve.Points.Select(p => p.Fraction), table.Fractions);
            Assert.Equal(images.Length, table.Bins.Sum(b => b.Count));
            foreach ((ConfidenceBin bin, double next) in table.Bins.Zip(table.Bins.Skip(1).Select(b => b.From).Append(2)))
            {
                int count = 0, right = 0;
                int[] remoteRight = new int[table.Fractions.Length];
                foreach (LabelledImage image in images)
                {
                    byte[] file = await File.ReadAllBytesAsync(image.Path, Cancel);
                    using Tensor input = _device.Preprocessor.FromFile(file);
                    ClassScore first = _device.Classifier.Top(device.Run([input], Cancel)[0], 1)[0];
                    if (first.Score < bin.From || first.Score >= next) continue;
                    count++;
                    if (first.Index == image.ClassIndex) right++;
                    for (int i = 0; i < remoteRight.Length; i++)
                    {
                        if (Through(remote, file, curve.Points[i].Encoding) == image.ClassIndex) remoteRight[i]++;
                    }
                }

                Assert.Equal((count, right), (bin.Count, bin.DeviceRight));
                Assert.Equal(remoteRight, bin.RemoteRight);
            }
        }
    }

    [Fact]
    public async Task CalibrateAsync_InterruptedAnywhere_GoesOnToTheSameCurves()
    {
        LabelledImage[] images = Labelled();
        string expected = Curves((await new Calibrator(_network, _analysis, _options).CalibrateAsync(images, null, Cancel)).Profile);
        CalibrationOptions options = _options with { Journal = _pictures["journal"], JournalInterval = TimeSpan.Zero };
        foreach (string step in new[] { "whole network, image 12", "device network, image 7 ", "input, image 3 ", "input, image 17 " })
        {
            using CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new Calibrator(_network, _analysis, options).CalibrateAsync(images, new Interrupt(cancel, step), cancel.Token));
            await File.AppendAllTextAsync(options.Journal!, "{\"curves\":[{\"fam", Cancel);
        }

        Assert.Equal(expected, Curves((await new Calibrator(_network, _analysis, options).CalibrateAsync(images, null, Cancel)).Profile));
        // Other points are another calibration.
        await Assert.ThrowsAsync<IsthmusException>(() => new Calibrator(_network, _analysis, options with { Curves = options.Curves[..2] }).CalibrateAsync(images, null, Cancel));
        await Assert.ThrowsAsync<IsthmusException>(() => new Calibrator(_network, _analysis, options with { DeviceNetwork = null }).CalibrateAsync(images, null, Cancel));
    }

    [Fact]
    public async Task Into_AProfileWithCurves_ReplacesThoseThatWereMeasuredAgain()
    {
        Profile old = (await new Calibrator(_network, _analysis, _options with { MaxImages = 6 }).CalibrateAsync(_pictures.Images, null, Cancel)).Profile;
        Profile again = (await new Calibrator(_network, _analysis, _options with { Curves = _options.Curves[..1] }).CalibrateAsync(_pictures.Images, null, Cancel)).Profile;
        Profile merged = CalibrationMerge.Into(old, again);
        ProfileRules.Check(merged);
        Assert.Equal([30, 6, 6], merged.InputCurves.Select(c => c.SampleCount));
        Assert.Equal([30, 6, 6], merged.ConfidenceTables.Select(t => t.Bins.Sum(b => b.Count)));
        Assert.Equal(merged.InputCurves, CalibrationMerge.Only(merged).InputCurves);
        // Accuracy means something else with labels, so what was there without goes.
        Profile labelled = (await new Calibrator(_network, _analysis, _options with { Curves = _options.Curves[..1] }).CalibrateAsync(Labelled(), null, Cancel)).Profile;
        Assert.Equal(["jpeg:50"], CalibrationMerge.Into(old, labelled).InputCurves.Select(c => c.Family));
        Profile otherManifest = again with { Calibration = again.Calibration! with { Manifest = ModelHash.Of([1]) } };
        Assert.Contains("another manifest", Assert.Throws<IsthmusException>(() => CalibrationMerge.Into(old, otherManifest)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_Family_IsItsPoints()
    {
        CurveFamily family = CurveFamily.Parse("jpeg:75x0.5", [0.2, 0.4]);
        Assert.Equal(["jpeg:75x0.5@0.2", "jpeg:75x0.5@0.4", "jpeg:75x0.5"], family.Points.Select(p => p.ToString()));
        Assert.Equal("embedded", CurveFamily.Parse(" Embedded", CurveFamily.DefaultFractions).Name);
        foreach (string wrong in new[] { "png", "file", "jpeg:75@0.5", "webp:50", "anything", "" })
            Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => CurveFamily.Parse(wrong, [0.5])).Kind);
        Assert.Equal([0.1, 0.25, 1], CurveFamily.ParseFractions("1, 0.25,0.1,0.25"));
        foreach (string wrong in new[] { "", "0", "1.1", "-0.5", "half", "NaN", "1e-1" })
            Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => CurveFamily.ParseFractions(wrong)).Kind);
    }

    [Fact]
    public void Calibrator_WrongCurveOptions_AreRefused()
    {
        foreach (CalibrationOptions wrong in new[]
        {
            _options with { Curves = [] }, _options with { Curves = [_options.Curves[0], _options.Curves[0]] }, _options with { Curves = [_options.Curves[0] with { Reference = InputEncoding.Jpeg(99) }] },
            _options with { Curves = [CurveFamily.Parse("jpeg:50", [.. Enumerable.Range(1, 300).Select(i => i / 300.0)])] },
        })
            Assert.Equal(ErrorKind.Usage, Assert.Throws<IsthmusException>(() => new Calibrator(_network, _analysis, wrong)).Kind);
    }

    private LabelledImage[] Labelled()
    {
        using NetworkSession whole = NetworkSession.Create(_network.Model.File);
        return [.. _pictures.Images.Select((image, i) => image with { ClassIndex = (Through(whole, File.ReadAllBytes(image.Path), InputEncoding.File) + (i % 3 == 0 ? 1 : 0)) % 10 })];
    }

    // The class that the network sees in what arrives; −1 if that is no picture.
    private int Through(NetworkSession session, byte[] file, InputEncoding encoding)
    {
        (ModelHash, InputEncoding) key = (ModelHash.Of(file), encoding);
        if (_answers.TryGetValue(key, out int known)) return known;
        try
        {
            using Tensor crossed = _network.Preprocessor.FromEncoded(_network.Preprocessor.Encode(file, encoding), encoding);
            return _answers[key] = _network.Classifier.Top(session.Run([crossed], Cancel)[0], 1)[0].Index;
        }
        catch (IsthmusException)
        {
            return _answers[key] = -1;
        }
    }

    private static string Curves(Profile profile) => JsonSerializer.Serialize(new { profile.InputCurves, profile.ConfidenceTables, profile.Inputs }, IsthmusJson.Compact);

    private sealed class Interrupt(CancellationTokenSource cancel, string step) : IProgress<ProgressReport>
    {
        public void Report(ProgressReport value)
        {
            if (value.Step.StartsWith(step, StringComparison.Ordinal)) cancel.Cancel();
        }
    }
}
