using System.Text.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Commands;

public sealed class PlanCommandTests : IDisposable
{
    private static readonly string Example = Path.Combine(DevelopmentData.Repository, "samples", "planning", "example-profile.json");
    private readonly string _folder = Directory.CreateTempSubdirectory("isthmus-plan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Plan_AsJson_SaysWhatScriptsRelyOn()
    {
        CommandRun run = await CommandRun.OfAsync("plan", Example, "--json", "--top", "3");
        Assert.Equal(0, run.ExitCode);
        JsonElement json = run.Json();
        JsonElement winner = json.GetProperty("winner");
        Assert.All(
            new[] { "tiers", "cuts", "codec", "input", "predictedMs", "predictedBytes", "accuracyLoss", "why", "marginOverBestSingleTier" },
            name => Assert.True(winner.TryGetProperty(name, out _), name));
        Assert.Equal(3, json.GetProperty("ranked").GetArrayLength());
        Assert.Equal(winner.GetProperty("plan").GetString(), json.GetProperty("ranked")[0].GetProperty("plan").GetString());
        Assert.True(json.GetProperty("pareto").GetArrayLength() > 1);
        Assert.Equal(winner.GetProperty("predictedMs").GetDouble(), winner.GetProperty("stages").EnumerateObject().Sum(s => s.Value.GetDouble()), 0.01);
    }

    [Fact]
    public async Task Plan_ForPeople_ShowsRanksParetoAndReason()
    {
        CommandRun run = await CommandRun.OfAsync("plan", Example);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains("jpeg:75 → edge", run.Output, StringComparison.Ordinal);
        Assert.Contains("No other plan beats these", run.Output, StringComparison.Ordinal);
        Assert.Contains("Not splitting:", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_Explained_ShowsNeighboursPricesAndBandwidths()
    {
        string[] command = ["plan", Example, "--private", "--link", "device-edge=20mbit,8ms", "--max-bytes", "60000", "--explain"];
        CommandRun run = await CommandRun.OfAsync(command);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("device → c01 huffman:4 → edge: 16.2 ms slower: 33.1 ms more computing outweighs 10.8 ms less sending (−27.1 kB) and 6.10 ms less coding.", run.Output, StringComparison.Ordinal);
        Assert.Contains("Not allowed: up to 11 % of the answers may change, where 2 % is the limit. It would be 10.4 ms faster: 10.4 ms less sending (−26.1 kB).", run.Output, StringComparison.Ordinal);
        Assert.Contains("at most 60.0 kB leave the device: costs nothing.", run.Output, StringComparison.Ordinal);
        Assert.Contains("the raw picture stays on the device: costs 40.9 ms. Without it, jpeg:75 → edge takes 70.2 ms and sends 14.5 kB: leave out --private.", run.Output, StringComparison.Ordinal);
        Assert.Contains("below 2.71 Mbit/s                  device\n", run.Output.ReplaceLineEndings("\n"), StringComparison.Ordinal);

        JsonElement json = (await CommandRun.OfAsync([.. command, "--json"])).Json().GetProperty("explanation");
        JsonElement later = json.GetProperty("neighbours").EnumerateArray().Single(n => n.GetProperty("change").GetString() == "cutLater");
        Assert.Equal(later.GetProperty("differenceMs").GetDouble(), later.GetProperty("stages").EnumerateArray().Sum(s => s.GetProperty("differenceMs").GetDouble()), 0.01);
        JsonElement price = json.GetProperty("prices").EnumerateArray().Single(p => p.GetProperty("constraint").GetString() == "MaxAccuracyLoss");
        Assert.Equal((true, 0.11), (price.GetProperty("binds").GetBoolean(), price.GetProperty("relaxTo").GetDouble()));
        JsonElement link = json.GetProperty("bandwidths")[0];
        Assert.Equal(("device", "edge", true, 4), (link.GetProperty("from").GetString(), link.GetProperty("to").GetString(), link.GetProperty("used").GetBoolean(), link.GetProperty("regions").GetArrayLength()));
    }

    [Fact]
    public async Task Plan_WithReport_WritesThePage()
    {
        string path = Path.Combine(_folder, "plan.html");
        CommandRun run = await CommandRun.OfAsync("plan", Example, "--report", path, "--json");
        Assert.Equal((0, $"The pictures are in {path}.\n"), (run.ExitCode, run.Error.ReplaceLineEndings("\n")));
        Assert.Equal(JsonValueKind.Null, run.Json().GetProperty("explanation").ValueKind);
        string html = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        Assert.StartsWith("<!doctype html>", html, StringComparison.Ordinal);
        Assert.Contains("jpeg:75 → edge", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_ReportThatCannotBeWritten_IsAFileError()
    {
        string inTheWay = Path.Combine(_folder, "file");
        await File.WriteAllTextAsync(inTheWay, "", TestContext.Current.CancellationToken);
        CommandRun run = await CommandRun.OfAsync("plan", Example, "--report", Path.Combine(inTheWay, "plan.html"));
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
    }

    [Fact]
    public async Task Plan_NotExplained_HasNoExplanation()
    {
        CommandRun run = await CommandRun.OfAsync("plan", Example, "--json");
        Assert.Equal(JsonValueKind.Null, run.Json().GetProperty("explanation").ValueKind);
    }

    [Theory]
    [InlineData("device", "--tiers", "device")]
    [InlineData("device", "--objective", "traffic")]
    [InlineData("file → edge", "--method", "edge-only", "--inputs", "file")]
    [InlineData("file → cloud", "--forbid", "edge", "--link", "device-cloud=100mbit,10ms")]
    [InlineData("device → c01 huffman:4 → edge", "--private", "--method", "jalad", "--max-loss", "0.01", "--link", "device-edge=4mbit,8ms")]
    public async Task Plan_WithOptions_AnswersAccordingly(string plan, params string[] options)
    {
        CommandRun run = await CommandRun.OfAsync(["plan", Example, "--json", .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(plan, run.Json().GetProperty("winner").GetProperty("plan").GetString());
    }

    [Theory]
    [InlineData("device → c01 huffman:4 → edge", "--require", "edge", "--place", "0=device", "--place", "2!=device")]
    [InlineData("device → c01 huffman:4 → edge", "-d", "!-1,0", "-e", "2")]
    [InlineData("device", "-d", "!-1", "-e", "-1", "-c", "-1")]
    [InlineData("device", "--forbid-tier", "edge,cloud")]
    [InlineData("device", "--device-upload", "0.001")]
    [InlineData("device", "--max-tier-bytes", "device=1kB")]
    [InlineData("device", "--edge-time", "0.001", "--cloud-time", "0%")]
    public async Task Plan_WithConstraints_AnswersAccordingly(string plan, params string[] options)
    {
        CommandRun run = await CommandRun.OfAsync(["plan", Example, "--json", .. options]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(plan, run.Json().GetProperty("winner").GetProperty("plan").GetString());
    }

    [Fact]
    public async Task Plan_ScissionsMeasurements_AnswersInItsWords()
    {
        string folder = Path.GetDirectoryName(Example)!;
        string[] query = ["plan", Path.Combine(folder, "scission-benchmarks.json"), "--scission-links", Path.Combine(folder, "scission-links.csv"), "--result-count", "2"];
        CommandRun run = await CommandRun.OfAsync([.. query, "--json", "-d", "!-1", "-e", "10", "-c", "16", "-i", "0.2"]);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal("scission-paper", run.Json().GetProperty("method").GetString());
        Assert.Equal(2, run.Json().GetProperty("scission").GetArrayLength());
        Assert.Matches(@"^\d+\.\d{4}s - \d+\.\d{4}MB - Device\(camera\) = 0 - \d+, Edge\(\w+\) = \d+ - \d+, Cloud\(gpu\) = \d+ - 25$", run.Json().GetProperty("scission")[0].GetString());
        run = await CommandRun.OfAsync([.. query, "--scission-model", "vgg16"]);
        Assert.Equal((2, "isthmus: 'scission-benchmarks.json' has no network 'vgg16': it has vgg19."), (run.ExitCode, run.Error.TrimEnd()));
        run = await CommandRun.OfAsync(query);
        Assert.Contains("In Scission's words:", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'10~edge' does not place a layer: write it as 10=edge or 10!=device.", "--place", "10~edge")]
    [InlineData("There is no block 99: they are numbered from 0 to 5.", "--place", "99=edge")]
    [InlineData("'fog' is not a tier: choose device, edge or cloud.", "--max-tier-bytes", "fog=1MB")]
    [InlineData("'x' is not a number of bytes: write it as 5000, 20kB or 1.5MB.", "--max-tier-bytes", "edge=x")]
    [InlineData("'120%' is not a share: write it as 30%, from 0% to 100%.", "--max-tier-time", "edge=120%")]
    [InlineData("'raspi4' is no device: the profile has device.", "-d", "raspi4")]
    [InlineData("A criterion of '!-1,' is empty: write N, !N, -1, !-1, name or !name, joined by commas.", "-d", "!-1,")]
    [InlineData("'soon' is no time of a tier: write seconds, such as 0.5, or a share, such as 30%.", "--edge-time", "soon")]
    public async Task Plan_ConstraintThatIsNone_IsRefused(string message, params string[] options)
    {
        CommandRun run = await CommandRun.OfAsync(["plan", Example, .. options]);
        Assert.Equal((2, $"isthmus: {message}"), (run.ExitCode, run.Error.TrimEnd()));
    }

    [Theory]
    [InlineData(0.007, "Measured: huffman:4 at c01 loses 0.6 % (95 %: −0.1…1.4) of top-1 accuracy on ", "of the accuracy is lost")]
    [InlineData(null, "Measured: huffman:4 at c01 changes 0.6 % (95 %: −0.1…1.4) of the answers on ", "of the answers change")]
    public async Task Plan_CalibratedProfile_ShowsTheIntervalOfWhatItChose(double? top1, string measured, string why)
    {
        Profile profile = ProfileFile.Load(Example);
        MeasuredAccuracy accuracy = new(0.006, -0.001, 0.014, 0.99) { Top1Change = -top1 };
        string path = Path.Combine(_folder, "calibrated.json");
        ProfileFile.Save(path, profile with
        {
            Cuts = [.. profile.Cuts.Select(c => c with { Codecs = [.. c.Codecs.Select(k => k with { Accuracy = accuracy })] })],
            Calibration = new(profile.Model, profile.Model, 334, top1 is not null, profile.Created, "1.0"),
        });
        string[] command = ["plan", path, "--private", "--method", "jalad", "--max-loss", "0.01", "--link", "device-edge=4mbit,8ms"];
        CommandRun run = await CommandRun.OfAsync(command);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains(measured, run.Output, StringComparison.Ordinal);
        Assert.Contains(", counted as 1.0 %", run.Output, StringComparison.Ordinal);
        Assert.Contains(why, run.Output, StringComparison.Ordinal);
        Assert.Contains(top1 is null ? "of the answers may change" : "of the accuracy may be lost", run.Output, StringComparison.Ordinal);
        JsonElement json = (await CommandRun.OfAsync([.. command, "--json"])).Json().GetProperty("winner").GetProperty("measuredAccuracy")[0];
        Assert.Equal((-0.001, 0.014), (json.GetProperty("accuracy").GetProperty("low").GetDouble(), json.GetProperty("accuracy").GetProperty("high").GetDouble()));
    }

    [Fact]
    public async Task Plan_JaladPaper_SaysWhatItsChoiceTakesWhenEverythingCounts()
    {
        string[] options = ["--forbid", "edge", "--link", "device-cloud=25mbit,40ms", "--json"];
        JsonElement paper = (await CommandRun.OfAsync(["plan", Example, "--method", "jalad-paper", .. options])).Json();
        JsonElement full = (await CommandRun.OfAsync(["plan", Example, "--method", "jalad", .. options])).Json();
        JsonElement counted = paper.GetProperty("everythingCounted");
        Assert.True(counted.GetProperty("predictedMs").GetDouble() > paper.GetProperty("winner").GetProperty("predictedMs").GetDouble());
        Assert.Equal(full.GetProperty("winner").GetProperty("plan").GetString(), counted.GetProperty("best").GetString());
        Assert.Equal(full.GetProperty("winner").GetProperty("predictedMs").GetDouble(), counted.GetProperty("bestMs").GetDouble());
        Assert.Equal(JsonValueKind.Null, full.GetProperty("everythingCounted").ValueKind);
    }

    [Fact]
    public async Task Plan_WithMachines_SaysThatTheirTimesAreComputed()
    {
        CommandRun run = await CommandRun.OfAsync("plan", Example, "--fit", "device=100GFLOPS", "--machine", "device=200GFLOPS:w=device", "--machine", "cloud=10TFLOPS:w=1.5", "--json");
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        JsonElement[] computed = [.. run.Json().GetProperty("computed").EnumerateArray()];
        Assert.Equal(["device", "cloud"], computed.Select(c => c.GetProperty("node").GetString()));
        double w = run.Json().GetProperty("fits")[0].GetProperty("w").GetDouble();
        Assert.Equal(w, computed[0].GetProperty("w").GetDouble());
        Assert.Equal(1.5, computed[1].GetProperty("w").GetDouble());
        Assert.Contains("not measured", run.Json().GetProperty("winner").GetProperty("why").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_EnergyPriceAndPeriod_AreAskedForAndShown()
    {
        string[] command = ["plan", Example, "--objective", "energy", "--pareto", "latency,energy,price,period"];
        CommandRun run = await CommandRun.OfAsync(command);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains("No other plan beats these in latency, energy, price and period at once:", run.Output, StringComparison.Ordinal);
        JsonElement winner = (await CommandRun.OfAsync([.. command, "--json"])).Json().GetProperty("winner");
        Assert.Equal(winner.GetProperty("score").GetDouble(), winner.GetProperty("predictedJoules").GetDouble(), 1e-9);
        Assert.True(winner.GetProperty("predictedPeriodMs").GetDouble() > 0);
        Assert.False(winner.GetProperty("summedFromBlocks").GetBoolean());
    }

    [Fact]
    public async Task Plan_SeveralNetworks_ChoosesOneOfThem()
    {
        Profile large = ProfileFile.Load(Example);
        string path = Path.Combine(_folder, "small.json");
        ProfileFile.Save(path, large with
        {
            Model = Core.Graphs.ModelHash.Of("small"u8),
            ModelName = "small.onnx",
            Nodes = [.. large.Nodes.Select(n => n with { Segments = [.. n.Segments.Select(s => s with { Timing = new(s.Timing.P50 * 0.2, s.Timing.P95, 5) })] })],
        });
        string[] command = ["plan", Example, path, "--json"];
        Assert.Contains("--variant-loss small=0.02", (await CommandRun.OfAsync(command)).AssertRefused(2), StringComparison.Ordinal);
        JsonElement json = (await CommandRun.OfAsync([.. command, "--variant-loss", "small=0.01", "--explain"])).Json();
        Assert.Equal(("small.onnx", 2), (json.GetProperty("model").GetString(), json.GetProperty("variants").GetArrayLength()));
        Assert.Equal(0.01, json.GetProperty("winner").GetProperty("accuracyLoss").GetDouble(), 1e-9);
        JsonElement strict = (await CommandRun.OfAsync([.. command, "--variant-loss", "small.onnx=0.03"])).Json();
        Assert.Equal(large.ModelName, strict.GetProperty("model").GetString());
        Assert.Contains("small.onnx: device", (await CommandRun.OfAsync([.. command[..^1], "--variant-loss", "small=0.01"])).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_SegmentsSummedFromBlocks_AreSaidToBe()
    {
        Profile profile = ProfileFile.Load(Example);
        string first = profile.Cuts[0].Id;
        string second = profile.Cuts[1].Id;
        NodeProfile device = profile.Nodes[0];
        SegmentTiming head = device.Segments.Single(s => s.From is null && s.To == first);
        // The head to the second cut was not measured as a whole, but the block between the two cuts was.
        device = device with { Segments = [.. device.Segments.Where(s => s.To == first), head with { From = first, To = second }] };
        string path = Path.Combine(_folder, "blocks.json");
        ProfileFile.Save(path, profile with { Nodes = [device, .. profile.Nodes.Skip(1)] });
        string[] command = ["plan", path, "--private", "--max-loss", "1", "--top", "1000"];
        Assert.DoesNotContain("summed from blocks", (await CommandRun.OfAsync(command)).Output, StringComparison.Ordinal);
        Assert.Contains("(summed from blocks)", (await CommandRun.OfAsync([.. command, "--segments", "blocks"])).Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_Output_IsAPlanThatFitsTheProfile()
    {
        string path = Path.Combine(_folder, "plan.json");
        Assert.Equal(0, (await CommandRun.OfAsync("plan", Example, "-o", path, "--private")).ExitCode);
        Assert.Equal(Tier.Device, PlanFile.Load(path, ProfileIndex.Of(ProfileFile.Load(Example))).Segments[0].Tier);
    }

    [Fact]
    public async Task Plan_ImpossibleConstraints_SaysWhatToRelax()
    {
        string line = (await CommandRun.OfAsync("plan", Example, "--json", "--max-ms", "5")).AssertRefused(7);
        Assert.Contains("allow --max-ms ", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, "--objective", "speed")]
    [InlineData(2, "--loss", "most")]
    [InlineData(7, "--loss", "upper")]
    [InlineData(2, "--segments", "some")]
    [InlineData(2, "--pareto", "latency,beauty")]
    [InlineData(2, "--pareto", "")]
    [InlineData(2, "--variant-loss", "example=0.1")]
    [InlineData(2, "--device", "cloud")]
    [InlineData(2, "--link", "device-mars=8mbit,20ms")]
    [InlineData(2, "--link", "device-edge=8mbit")]
    [InlineData(2, "--link", "device-edge=8,20ms")]
    [InlineData(2, "--tiers", "moon")]
    [InlineData(2, "--machine", "mars=1TFLOPS")]
    [InlineData(2, "--machine", "cloud")]
    [InlineData(2, "--machine", "cloud=fast")]
    [InlineData(2, "--machine", "cloud=1TFLOPS:w=0")]
    [InlineData(2, "--machine", "cloud=1TFLOPS:w=device")]
    [InlineData(2, "--machine", "cloud=1TFLOPS:2")]
    [InlineData(2, "--machine", "cloud=-1TFLOPS")]
    [InlineData(2, "--fit", "mars=1TFLOPS")]
    [InlineData(2, "--fit", "device")]
    [InlineData(2, "--forbid", "mars")]
    [InlineData(2, "--method", "magic")]
    [InlineData(2, "--codecs", "zip")]
    [InlineData(2, "--inputs", "bmp")]
    [InlineData(2, "--max-loss", "2")]
    [InlineData(2, "--top", "0")]
    public async Task Plan_WrongOption_IsRefused(int exitCode, params string[] options) =>
        (await CommandRun.OfAsync(["plan", Example, "--json", .. options])).AssertRefused(exitCode);

    [Fact]
    public async Task Plan_NoSuchFile_IsRefused() => (await CommandRun.OfAsync("plan", Path.Combine(_folder, "none.json"))).AssertRefused(3);

    [Fact]
    public async Task Plan_NoProfile_IsRefused()
    {
        string path = Path.Combine(_folder, "text.json");
        await File.WriteAllTextAsync(path, "hello", TestContext.Current.CancellationToken);
        (await CommandRun.OfAsync("plan", path)).AssertRefused(5);
    }
}
