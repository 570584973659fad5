using System.Text.Json;
using Google.Protobuf;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Commands;

public sealed class CalibrateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-calibrate-").FullName;
    private readonly string _model;
    private readonly string _photos;

    public CalibrateCommandTests()
    {
        _model = WriteNetwork("tiny", 1);
        _photos = Path.Combine(_folder, "photos");
        Directory.CreateDirectory(_photos);
        for (int i = 0; i < 12; i++) File.WriteAllBytes(Path.Combine(_photos, $"{i:00}.png"), TestPicture.Png(i));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Calibrate_WithoutLabels_WritesAProfileThatCanBePlannedWith()
    {
        CommandRun run = await RunAsync("--codecs", "raw,huffman:2", "--inputs", "file,jpeg:20", "--max-cuts", "2", "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement json = run.Json();
        Assert.False(json.GetProperty("calibration").GetProperty("labelled").GetBoolean());
        Assert.Equal(12, json.GetProperty("calibration").GetProperty("sampleCount").GetInt32());
        Assert.Equal(2, json.GetProperty("cuts").GetArrayLength());
        JsonElement accuracy = json.GetProperty("cuts")[0].GetProperty("codecs")[1].GetProperty("accuracy");
        Assert.Equal(["agreement", "high", "low", "rawLoss"], accuracy.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
        Profile profile = ProfileFile.Load(Output);
        Assert.Equal(json.GetProperty("calibration").GetProperty("dataHash").GetString(), profile.Calibration!.DataHash.ToString());
        Assert.False(File.Exists(Output + ".journal"));
        CommandRun plan = await CommandRun.OfAsync("plan", Output, "--json");
        Assert.Equal("device", plan.Json().GetProperty("winner").GetProperty("plan").GetString());
    }

    [Fact]
    public async Task Calibrate_LabelsInTheFolder_AreUsedUnlessRefused()
    {
        await File.WriteAllLinesAsync(Path.Combine(_photos, "labels.csv"), ["file,class_index", .. Enumerable.Range(0, 11).Select(i => $"{i:00}.png,{i % 10}")], TestContext.Current.CancellationToken);
        CommandRun run = await RunAsync("--codecs", "huffman:4", "--inputs", "none", "--max-cuts", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("1 of 12 images have no class", run.Error, StringComparison.Ordinal);
        Assert.Contains("On 11 images with labels", run.Output, StringComparison.Ordinal);
        Assert.Contains("McNemar", run.Output, StringComparison.Ordinal);
        Profile profile = ProfileFile.Load(Output);
        Assert.True(profile.Calibration!.Labelled);
        Assert.NotNull(profile.Cuts[0].Codecs[0].Accuracy!.Top5Change);
        Assert.Contains("answers that differ", (await RunAsync("--codecs", "huffman:4", "--inputs", "none", "--max-cuts", "1", "--labels", "none")).Output, StringComparison.Ordinal);
        Assert.False(ProfileFile.Load(Output).Calibration!.Labelled);
    }

    [Fact]
    public async Task Calibrate_NetworkThatIsNearlyAlwaysWrong_SaysWhatToCheck()
    {
        for (int i = 12; i < 40; i++) File.WriteAllBytes(Path.Combine(_photos, $"{i:00}.png"), TestPicture.Png(i));
        // A class that this network gives to none of them.
        await File.WriteAllLinesAsync(Path.Combine(_photos, "labels.csv"), ["file,class_index", .. Enumerable.Range(0, 40).Select(i => $"{i:00}.png,9")], TestContext.Current.CancellationToken);
        CommandRun run = await RunAsync("--codecs", "huffman:4", "--inputs", "none", "--max-cuts", "1");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("is right on 0 of 40 images", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calibrate_IntoAProfile_ReplacesItsRowsAndKeepsItsTimes()
    {
        string existing = Path.Combine(_folder, "tiny.profile.json");
        Assert.Equal(0, (await CommandRun.OfAsync("profile", _model, "--images", _photos, "--samples", "2", "--codecs", "huffman:8", "--inputs", "jpeg:20", "-o", existing)).ExitCode);
        Profile before = ProfileFile.Load(existing);
        CommandRun run = await CommandRun.OfAsync("calibrate", _model, "--images", _photos, "--profile", existing, "--stop-loss", "1");
        Assert.Equal(0, run.ExitCode);
        Profile after = ProfileFile.Load(existing);
        Assert.Equal((2, 12), (before.SampleCount, after.SampleCount));
        Assert.Equal(before.Nodes[0].Segments, after.Nodes[0].Segments);
        Assert.Equal(before.Cuts.Select(c => c.Id), after.Cuts.Select(c => c.Id));
        Assert.All(after.Cuts, c => Assert.Equal(12, Assert.Single(c.Codecs).SampleCount));
    }

    [Fact]
    public async Task Calibrate_Input_WritesCurvesThatProfilesCarryAlong()
    {
        CommandRun run = await RunAsync("--input", "jpeg:50,scale", "--fractions", "0.3,0.7", "--device-network", _model, "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement json = run.Json();
        Assert.Equal(0, json.GetProperty("cuts").GetArrayLength());
        Assert.Equal(["jpeg:50", "scale"], json.GetProperty("inputCurves").EnumerateArray().Select(c => c.GetProperty("family").GetString()));
        Assert.Equal(2, json.GetProperty("confidenceTables").GetArrayLength());
        Profile calibrated = ProfileFile.Load(Output);
        Assert.Equal(["jpeg:50@0.3", "jpeg:50@0.7", "jpeg:50"], calibrated.InputCurves[0].Points.Select(p => p.Encoding.ToString()));
        // A profile with times takes them over, whether it is measured after the calibration or before.
        string timed = Path.Combine(_folder, "timed.json"), earlier = Path.Combine(_folder, "earlier.json");
        Assert.Equal(0, (await CommandRun.OfAsync("profile", _model, "--images", _photos, "--samples", "1", "--calibration", Output, "-o", timed)).ExitCode);
        Assert.Equal(["jpeg:50", "scale"], ProfileFile.Load(timed).InputCurves.Select(c => c.Family));
        Assert.Equal(0, (await CommandRun.OfAsync("profile", _model, "--images", _photos, "--samples", "1", "--codecs", "raw", "--inputs", "jpeg:50", "-o", earlier)).ExitCode);
        CommandRun into = await CommandRun.OfAsync("calibrate", _model, "--images", _photos, "--profile", earlier, "--input", "jpeg:50", "--fractions", "0.5", "--device-network", _model);
        Assert.Equal(0, into.ExitCode);
        Assert.Contains("tiny alone says the same of 100.0 % of the images", into.Output, StringComparison.Ordinal);
        Assert.Contains("chosen", into.Output, StringComparison.Ordinal);
        Profile merged = ProfileFile.Load(earlier);
        Assert.Equal([0.5, 1], merged.InputCurves.Single().Points.Select(p => p.Fraction));
        // A part has the times of all of it; of what has none nothing is made up, and that is said.
        InputTiming whole = merged.Nodes[0].Inputs.Single(i => i.Encoding == InputEncoding.Jpeg(50)), part = merged.Nodes[0].Inputs.Single(i => i.Encoding.IsPartial);
        Assert.Equal((whole.Encode, whole.Decode), (part.Encode, part.Decode));
        Assert.DoesNotContain("no times", into.Error, StringComparison.Ordinal);
        Assert.Contains("no times of jpeg:60", (await CommandRun.OfAsync("calibrate", _model, "--images", _photos, "--profile", earlier, "--input", "jpeg:60", "--fractions", "0.5")).Error, StringComparison.Ordinal);
        (await CommandRun.OfAsync("profile", WriteNetwork("other", 2), "--images", _photos, "--calibration", Output)).AssertRefused(7);
    }

    [Fact]
    public async Task Calibrate_ProfileOfAnotherModel_IsRefused()
    {
        Assert.Equal(0, (await RunAsync("--codecs", "raw", "--inputs", "file", "--max-cuts", "1")).ExitCode);
        string other = WriteNetwork("other", 2);
        (await CommandRun.OfAsync("profile", other, "--images", _photos, "--calibration", Output)).AssertRefused(7);
        string line = (await CommandRun.OfAsync("calibrate", other, "--images", _photos, "--profile", Output)).AssertRefused(7);
        Assert.Contains("tiny", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Profile_WithACalibration_TakesItsRows()
    {
        Assert.Equal(0, (await RunAsync("--codecs", "raw,huffman:4", "--inputs", "file,jpeg:50", "--max-cuts", "2", "--stop-loss", "1")).ExitCode);
        Profile calibrated = ProfileFile.Load(Output);
        string path = Path.Combine(_folder, "timed.json");
        Assert.Equal(0, (await CommandRun.OfAsync("profile", _model, "--images", _photos, "--samples", "1", "--calibration", Output, "-o", path)).ExitCode);
        Profile profile = ProfileFile.Load(path);
        Assert.Equal((12, calibrated.Calibration), (profile.SampleCount, profile.Calibration));
        Assert.Equal(calibrated.Cuts.SelectMany(c => c.Codecs), profile.Cuts.SelectMany(c => c.Codecs));
        Assert.Equal(calibrated.Inputs, profile.Inputs);
        string line = (await CommandRun.OfAsync("profile", _model, "--images", _photos, "--calibration", Output, "--codecs", "half", "-o", path)).AssertRefused(2);
        Assert.Contains("half", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--codecs", "zip")]
    [InlineData(2, "--inputs", "bmp")]
    [InlineData(2, "--cuts", "c99")]
    [InlineData(2, "--cuts", "c00", "--max-cuts", "3")]
    [InlineData(2, "--stop-loss", "10")]
    [InlineData(2, "--max-images", "0")]
    [InlineData(2, "--workers", "0")]
    [InlineData(2, "--input", "webp:50")]
    [InlineData(2, "--input", "jpeg:75", "--fractions", "0.5,2")]
    [InlineData(2, "--fractions", "0.5")]
    [InlineData(3, "--input", "jpeg:75", "--device-network", "absent.onnx")]
    [InlineData(3, "--labels", "absent.csv")]
    [InlineData(3, "--profile", "absent.json")]
    public async Task Calibrate_WrongOption_IsRefusedAndLeavesNothing(int exitCode, params string[] options)
    {
        (await RunAsync(options)).AssertRefused(exitCode);
        Assert.Equal(["photos", "tiny.isthmus.json", "tiny.onnx"], Directory.EnumerateFileSystemEntries(_folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    private string Output => Path.Combine(_folder, "tables.json");

    private Task<CommandRun> RunAsync(params string[] options) => CommandRun.OfAsync(["calibrate", _model, "--images", _photos, "-o", Output, .. options]);

    private string WriteNetwork(string name, int seed)
    {
        NetworkBuilder b = new(seed: seed);
        string x = b.ConvRelu(b.Image(3, 32), 3, 8, 3, stride: 2);
        x = b.ConvRelu(x, 8, 16, 3, stride: 2);
        b.Classifier(b.ConvRelu(x, 16, 24, 3, stride: 2), 24, 10);
        string path = Path.Combine(_folder, name + ".onnx");
        File.WriteAllBytes(path, b.Model.ToByteArray());
        File.WriteAllText(Path.Combine(_folder, name + ".isthmus.json"), """{ "mean": 128, "scale": 64 }""");
        return path;
    }
}
