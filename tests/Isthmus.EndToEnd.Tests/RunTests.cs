using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Isthmus.Core.Codec;
using Isthmus.Core.Errors;
using Isthmus.Core.Graphs;
using Isthmus.Core.Planning;
using Isthmus.Core.Quantities;
using Isthmus.Runtime.Links;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

public sealed class RunTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static void WritePictures(TestFolder folder, int count)
    {
        for (int i = 0; i < count; i++) folder.Write($"images/{i:000}.png", TestPicture.Png(i));
    }

    // The id of the cut with this tensor alone.
    private static async Task<string> CutAsync(string model, string tensor)
    {
        JsonElement analysis = (await IsthmusProcess.RunAsync("inspect", model, "--json")).Json();
        return analysis.GetProperty("cuts").EnumerateArray()
            .Single(c => c.GetProperty("tensors").EnumerateArray().Select(t => t.GetProperty("name").GetString()).SequenceEqual([tensor]))
            .GetProperty("id").GetString()!;
    }

    // The head on the device, what crosses at the narrow place, and the tail on another node.
    private static async Task<string> WriteSplitPlanAsync(TestFolder folder, string model, Tier tier)
    {
        string cut = await CutAsync(model, SmallNetwork.Narrow);
        return WritePlan(folder, model, InputEncoding.Local,
            new PlacedSegment("device", Tier.Device, null, cut, CodecSpec.Raw),
            new PlacedSegment(tier.ToString().ToLowerInvariant(), tier, cut, null, null));
    }

    private static string WritePlan(TestFolder folder, string model, InputEncoding input, params PlacedSegment[] segments)
    {
        PlanFile.Save(folder["plan.json"], new Plan(ModelHash.Of(File.ReadAllBytes(model)), input, [.. segments]));
        return folder["plan.json"];
    }

    private static Dictionary<string, JsonElement> ByFile(JsonElement run)
    {
        JsonElement[] images = [.. run.GetProperty("images").EnumerateArray()];
        // A dictionary of distinct keys: no picture is answered twice.
        return images.ToDictionary(i => Path.GetFileName(i.GetProperty("file").GetString()!));
    }

    private static string[] Nodes(JsonElement image) => [.. image.GetProperty("where").EnumerateArray().Select(w => w.GetProperty("node").GetString()!)];

    private static string? Fallback(JsonElement image) => image.GetProperty("fallback").GetString();

    private static int Class(JsonElement image) => image.GetProperty("top1").GetProperty("index").GetInt32();

    [Fact]
    public async Task Run_SplitOverACloud_AnswersAsTheDeviceAlone()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        WritePictures(folder, 5);
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        JsonElement alone = (await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--plan", "device", "--json")).Json();
        JsonElement split = (await IsthmusProcess.RunAsync(
            "run", model, "--images", folder["images"], "--cloud", cloud.Url.ToString(), "--plan", await WriteSplitPlanAsync(folder, model, Tier.Cloud), "--json")).Json();
        (Dictionary<string, JsonElement> expected, Dictionary<string, JsonElement> actual) = (ByFile(alone), ByFile(split));
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach (string file in expected.Keys)
        {
            Assert.Equal(["device"], Nodes(expected[file]));
            Assert.Equal(["device", "cloud"], Nodes(actual[file]));
            Assert.Equal(Class(expected[file]), Class(actual[file]));
            Assert.Equal(0, expected[file].GetProperty("bytesSent").GetInt64());
            Assert.True(actual[file].GetProperty("bytesSent").GetInt64() >= 4 * 8 * 8 * sizeof(float));
        }

        Assert.Equal(5, split.GetProperty("summary").GetProperty("answered").GetInt32());
    }

    [Fact]
    public async Task Run_AStreamOverACloud_AnswersInOrderAsOneAfterAnother()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        WritePictures(folder, 8);
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        await using LinkEmulator link = SlowLink(cloud);
        string[] command = ["run", model, "--images", folder["images"], "--cloud", link.Url.ToString(), "--emulated-links", "--plan", await WriteSplitPlanAsync(folder, model, Tier.Cloud), "--json"];
        JsonElement single = (await IsthmusProcess.RunAsync(command)).Json();
        JsonElement stream = (await IsthmusProcess.RunAsync([.. command, "--stream", "--repeat", "2", "--window", "3"])).Json();
        JsonElement[] one = [.. single.GetProperty("images").EnumerateArray()], all = [.. stream.GetProperty("images").EnumerateArray()];
        Assert.Equal([.. one, .. one], all, (a, b) => a.GetProperty("file").GetString() == b.GetProperty("file").GetString() && Class(a) == Class(b));
        JsonElement summary = stream.GetProperty("stream");
        Assert.Equal(3, summary.GetProperty("window").GetInt32());
        Assert.Equal(["device", "device → cloud", "cloud"], summary.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("stage").GetString()));
        Assert.True(summary.GetProperty("perSecond").GetDouble() > 0);
        Assert.True(summary.GetProperty("predictedPerSecond").GetDouble() > 0);
        Assert.Contains(summary.GetProperty("longestStage").GetString(), new[] { "device", "device → cloud", "cloud" });
    }

    // Runs until the cloud has answered some pictures, kills it, and checks that the run still answers each picture once, as the
    // device alone does.
    private static async Task<Dictionary<string, JsonElement>> KillTheCloudInMidRunAsync(
        TestFolder folder, string model, TestNode cloud, string plan, params string[] tiers)
    {
        const int Pictures = 30;
        WritePictures(folder, Pictures);
        string profile = await ProfileAsync(folder, model, tiers);
        double before = await cloud.MetricAsync("isthmus_requests_total");
        await using IsthmusProcess run = IsthmusProcess.Start(
            ["run", model, "--images", folder["images"], "--profile", profile, "--plan", plan, "--json", .. tiers]);
        while (await cloud.MetricAsync("isthmus_requests_total") < before + 5)
        {
            Assert.True(run.IsRunning, $"The run ended before the cloud could be killed:\n{run.Error}");
            await Task.Yield();
        }

        cloud.Process.Kill();
        JsonElement result = (await run.EndAsync()).Json();
        Dictionary<string, JsonElement> images = ByFile(result);
        Assert.Equal(Pictures, images.Count);
        Assert.Equal(Pictures, result.GetProperty("summary").GetProperty("answered").GetInt32());
        Assert.Contains(images.Values, image => Nodes(image).Contains("cloud"));
        Assert.Contains(images.Values, image => Fallback(image) is not null && !Nodes(image).Contains("cloud"));
        Assert.All(images.Values, image => Assert.Equal(Fallback(image) is null, image.GetProperty("plan").GetString()!.Contains("cloud", StringComparison.Ordinal) == Nodes(image).Contains("cloud")));

        JsonElement alone = (await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--plan", "device", "--json")).Json();
        foreach ((string file, JsonElement image) in ByFile(alone)) Assert.Equal(Class(image), Class(images[file]));
        return images;
    }

    // Measured beforehand, so that a run begins with its pictures.
    private static async Task<string> ProfileAsync(TestFolder folder, string model, params string[] tiers)
    {
        (await IsthmusProcess.RunAsync(
            ["profile", model, "--images", folder["images"], "-o", folder["profile.json"], "--samples", "2", "--codecs", "raw", "--inputs", "file", "--json", .. tiers])).Json();
        return folder["profile.json"];
    }

    // An emulated link slows a run down enough to be interrupted.
    private static LinkEmulator SlowLink(TestNode to)
    {
        LinkConditions slow = new(new BitsPerSecond(20e6), new Milliseconds(10));
        return LinkEmulator.Start(new LinkEmulatorOptions { To = new IPEndPoint(IPAddress.Loopback, to.Url.Port), Up = slow, Down = slow });
    }

    [Fact]
    public async Task Run_SendUntilATime_ASlowLinkBringsAPartAndAFastOneAll()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        WritePictures(folder, 3);
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        string plan = WritePlan(folder, model, InputEncoding.Jpeg(100), new PlacedSegment("cloud", Tier.Cloud, null, null, null)), profile = await ProfileAsync(folder, model, "--cloud", cloud.Url.ToString());
        List<double> fractions = [];
        foreach (double bitsPerSecond in new[] { 60e3, 50e6 })
        {
            LinkConditions conditions = new(new BitsPerSecond(bitsPerSecond), new Milliseconds(2));
            await using LinkEmulator link = LinkEmulator.Start(new LinkEmulatorOptions { To = new IPEndPoint(IPAddress.Loopback, cloud.Url.Port), Up = conditions, Down = new(new BitsPerSecond(50e6), new Milliseconds(2)) });
            JsonElement run = (await IsthmusProcess.RunAsync(
                "run", model, "--images", folder["images"], "--cloud", link.Url.ToString(), "--emulated-links", "--profile", profile, "--plan", plan, "--send-until", bitsPerSecond < 1e6 ? "150" : "20000", "--json")).Json();
            foreach (JsonElement image in ByFile(run).Values)
            {
                Assert.Equal(["cloud"], Nodes(image));
                JsonElement input = image.GetProperty("input");
                Assert.Equal(bitsPerSecond < 1e6 ? "deadline" : "whole", input.GetProperty("why").GetString());
                Assert.InRange(input.GetProperty("used").GetInt64(), 1, input.GetProperty("whole").GetInt64());
            }

            fractions.Add(run.GetProperty("summary").GetProperty("input").GetProperty("meanFraction").GetDouble());
        }

        Assert.InRange(fractions[0], 0.001, 0.999);
        Assert.Equal(1, fractions[1]);
    }

    [Fact]
    public async Task Run_SmallNetworkOnTheDeviceAndTheCloudIsKilled_EveryPictureHasOneAnswerAndThoseLeftAreTheDevices()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder), small = SmallNetwork.Write(folder, "small.onnx", seed: 2);
        const int Pictures = 20;
        WritePictures(folder, Pictures);
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        await using LinkEmulator link = SlowLink(cloud);
        string plan = WritePlan(folder, model, InputEncoding.Jpeg(90), new PlacedSegment("cloud", Tier.Cloud, null, null, null)), profile = await ProfileAsync(folder, model, "--cloud", link.Url.ToString());
        JsonElement alone = (await IsthmusProcess.RunAsync("run", small, "--images", folder["images"], "--plan", "device", "--json")).Json();
        double before = await cloud.MetricAsync("isthmus_requests_total");
        await using IsthmusProcess run = IsthmusProcess.Start(
            "run", model, "--images", folder["images"], "--cloud", link.Url.ToString(), "--profile", profile, "--plan", plan, "--device-network", small, "--confidence", "1", "--json");
        while (await cloud.MetricAsync("isthmus_requests_total") < before + 4)
        {
            Assert.True(run.IsRunning, $"The run ended before the cloud could be killed:\n{run.Error}");
            await Task.Yield();
        }

        cloud.Process.Kill();
        JsonElement result = (await run.EndAsync()).Json();
        Dictionary<string, JsonElement> images = ByFile(result), own = ByFile(alone);
        Assert.Equal(Pictures, images.Count);
        Assert.Contains(images.Values, i => Nodes(i) is ["device", "cloud"]);
        Assert.Contains(images.Values, i => Nodes(i) is ["device"]);
        foreach ((string file, JsonElement image) in images)
        {
            Assert.Equal(Class(own[file]), image.GetProperty("cascade").GetProperty("class").GetInt32());
            if (Nodes(image) is ["device", "cloud"]) continue;
            Assert.Contains("the device's own answer was taken", Fallback(image), StringComparison.Ordinal);
            Assert.Equal(Class(own[file]), Class(image));
        }

        JsonElement cascade = result.GetProperty("cascade");
        Assert.Equal(Pictures, cascade.GetProperty("local").GetInt32() + cascade.GetProperty("sent").GetInt32());
        Assert.Equal(images.Values.Count(i => Fallback(i) is not null), cascade.GetProperty("fallbacks").GetInt32());
    }

    [Fact]
    public async Task Run_CloudIsKilledInMidRun_TheDeviceFinishesAndTheAnswersSaySo()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        await using LinkEmulator link = SlowLink(cloud);
        Dictionary<string, JsonElement> images = await KillTheCloudInMidRunAsync(
            folder, model, cloud, await WriteSplitPlanAsync(folder, model, Tier.Cloud), "--cloud", link.Url.ToString());
        Assert.All(images.Values, image => Assert.Equal("device", Nodes(image)[0]));
    }

    [Fact]
    public async Task Run_CloudBehindAnEdgeIsKilledInMidRun_EveryPictureIsStillAnswered()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        (string first, string second) = (await CutAsync(model, SmallNetwork.Wide), await CutAsync(model, SmallNetwork.Narrow));
        string plan = WritePlan(folder, model, InputEncoding.Local,
            new PlacedSegment("device", Tier.Device, null, first, CodecSpec.Raw),
            new PlacedSegment("edge", Tier.Edge, first, second, CodecSpec.Raw),
            new PlacedSegment("cloud", Tier.Cloud, second, null, null));
        await using TestNode edge = await TestNode.StartAsync("edge");
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        await using LinkEmulator link = SlowLink(cloud);
        Dictionary<string, JsonElement> images = await KillTheCloudInMidRunAsync(
            folder, model, cloud, plan, "--edge", edge.Url.ToString(), "--cloud", link.Url.ToString());
        Assert.Contains(images.Values, image => Nodes(image) is ["device", "edge", "cloud"]);
    }

    [Fact]
    public async Task Run_CloudIsKilledWhileThePlanAdapts_EveryPictureIsStillAnswered()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        await using LinkEmulator link = SlowLink(cloud);
        // A device that is this slow (emulated) is better off with the cloud.
        await KillTheCloudInMidRunAsync(folder, model, cloud, "auto", "--cloud", link.Url.ToString(), "--device-slowdown", "100", "--emulated-links");
    }

    [Fact]
    public async Task Run_EdgeIsUnreachable_TheDeviceAnswersAndSaysWhy()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        WritePictures(folder, 3);
        JsonElement result = (await IsthmusProcess.RunAsync(
            "run", model, "--images", folder["images"], "--edge", Nowhere(), "--plan", await WriteSplitPlanAsync(folder, model, Tier.Edge), "--json")).Json();
        Assert.Equal(3, result.GetProperty("summary").GetProperty("answered").GetInt32());
        Assert.All(ByFile(result).Values, image =>
        {
            Assert.DoesNotContain("edge", Nodes(image));
            Assert.Contains("edge", Fallback(image), StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Run_OnlyAnUnreachableEdgeMayCompute_IsRefusedInOneSentence()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        WritePictures(folder, 3);
        ToolResult result = await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--edge", Nowhere(), "--tiers", "edge", "--json");
        Assert.True(result.ExitCode is (int)ErrorKind.Node or (int)ErrorKind.Planning, $"exit {result.ExitCode}");
        result.Refusal(result.ExitCode);
    }

    [Fact]
    public async Task Run_Terminated_EndsAsCancelledWithoutHalfAnObject()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        WritePictures(folder, 200);
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        await using LinkEmulator link = SlowLink(cloud);
        string plan = await WriteSplitPlanAsync(folder, model, Tier.Cloud), profile = await ProfileAsync(folder, model, "--cloud", link.Url.ToString());
        double before = await cloud.MetricAsync("isthmus_requests_total");
        await using IsthmusProcess run = IsthmusProcess.Start(
            "run", model, "--images", folder["images"], "--cloud", link.Url.ToString(), "--profile", profile, "--plan", plan, "--json");
        while (await cloud.MetricAsync("isthmus_requests_total") < before + 3) await Task.Yield();
        run.Terminate();
        (await run.EndAsync()).Refusal((int)ErrorKind.Cancelled);
    }

    [Fact]
    public async Task Run_TextNamedJpg_IsReportedByNameAndTheOthersAreAnswered()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        WritePictures(folder, 3);
        folder.Write("images/001-letter.jpg", "Dear reader, this is no picture."u8);
        ToolResult result = await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--plan", "device", "--json");
        Assert.Equal((int)ErrorKind.Data, result.ExitCode);
        Assert.Contains("001-letter.jpg", result.Error.TrimEnd().Split('\n')[^1], StringComparison.Ordinal);
        JsonElement run = result.JsonWhateverTheExit();
        Assert.Equal(3, run.GetProperty("summary").GetProperty("answered").GetInt32());
        foreach ((string file, JsonElement image) in ByFile(run))
            Assert.Equal(file == "001-letter.jpg", image.GetProperty("error").GetString()?.Contains(file, StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task Run_TruncatedModel_IsAModelError()
    {
        using TestFolder folder = new();
        WritePictures(folder, 1);
        string model = folder.Write("cut-short.onnx", SmallNetwork.Onnx().AsSpan(0, 2000));
        string line = (await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--json")).Refusal((int)ErrorKind.Model);
        Assert.Contains("cut-short", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PlanOfAnotherModel_IsAPlanningError()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder), other = SmallNetwork.Write(folder, "other.onnx", seed: 2);
        WritePictures(folder, 1);
        (await IsthmusProcess.RunAsync("run", model, "--images", folder["images"], "--plan", await WriteSplitPlanAsync(folder, other, Tier.Cloud), "--json")).Refusal((int)ErrorKind.Planning);
    }

    [Fact]
    public async Task Run_MobileNetOverACloudWithLabels_ScoresAsTheDeviceAlone()
    {
        string model = DevelopmentData.Model("mobilenet_v1_0.25_128.onnx");
        string[] labels = [.. (await File.ReadAllLinesAsync(DevelopmentData.Labels(), Cancel)).Take(13)];
        using TestFolder folder = new();
        await File.WriteAllLinesAsync(folder["labels.csv"], labels, Cancel);
        string images = DevelopmentData.Images();
        foreach (string file in labels.Skip(1).Select(l => l.Split(',')[0]))
            folder.Write($"images/{file}", await File.ReadAllBytesAsync(Path.Combine(images, file), Cancel));
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        string plan = WritePlan(folder, model, InputEncoding.File, new PlacedSegment("cloud", Tier.Cloud, null, null, null));
        string[] run = ["run", model, "--images", folder["images"], "--labels", folder["labels.csv"], "--mean", "128", "--scale", "128", "--label-offset", "1", "--json"];
        JsonElement remote = (await IsthmusProcess.RunAsync([.. run, "--cloud", cloud.Url.ToString(), "--plan", plan])).Json();
        JsonElement alone = (await IsthmusProcess.RunAsync([.. run, "--plan", "device"])).Json();
        Assert.Equal(alone.GetProperty("summary").GetProperty("top1").GetDouble(), remote.GetProperty("summary").GetProperty("top1").GetDouble());
        Assert.InRange(alone.GetProperty("summary").GetProperty("top5").GetDouble(), 0.4, 1);
        Assert.All(ByFile(remote).Values, image => Assert.Equal(["cloud"], Nodes(image)));
    }

    // A port that was free a moment ago, and that nobody listens on.
    private static string Nowhere()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return $"http://{socket.LocalEndPoint}";
    }
}
