using System.Text.Json;
using Isthmus.Core.Errors;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

/// <summary>Real processes under links that change: run, link with a trace, nodes, and the log of decisions replayed.</summary>
public sealed class AdaptationTests
{
    private const int Pictures = 250;

    [Fact]
    public async Task Run_TheLinksStepAndFailAgainAndAgain_NoPictureIsLostAndEveryDecisionCanBeReplayed()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        for (int i = 0; i < Pictures; i++) folder.Write($"images/{i:000}.png", TestPicture.Png(i % 7));
        await using TestNode edge = await TestNode.StartAsync("edge");
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        string profile = await ProfileAsync(folder, model, edge, cloud);
        // Two seconds of a good link, one of a thin one, one of practically none, and again.
        folder.Write("trace.csv", "seconds,rate,delay\n0,50mbit,1ms\n2,300kbit,10ms\n3,1kbit,10ms\n4,50mbit,1ms\n5,50mbit,1ms\n"u8.ToArray());
        await using IsthmusProcess toEdge = Link(folder, edge), toCloud = Link(folder, cloud);
        JsonElement run = (await IsthmusProcess.RunAsync(
            "run", model, "--images", folder["images"], "--profile", profile, "--device-slowdown", "100", "--edge", $"{await toEdge.AddressAsync()}",
            "--cloud", $"{await toCloud.AddressAsync()}", "--decisions", folder["decisions.jsonl"], "--json")).Json();

        JsonElement[] images = [.. run.GetProperty("images").EnumerateArray()];
        Assert.Equal(Pictures, images.Select(i => i.GetProperty("file").GetString()).Distinct().Count());
        Assert.Equal(Pictures, run.GetProperty("summary").GetProperty("answered").GetInt32());
        // Whatever the plan, the same picture shows the same.
        foreach (IGrouping<int, JsonElement> same in images.GroupBy(i => int.Parse(Path.GetFileNameWithoutExtension(i.GetProperty("file").GetString()!)) % 7))
            Assert.Single(same.Select(i => i.GetProperty("top1").GetProperty("index").GetInt32()).Distinct());

        JsonElement replay = (await IsthmusProcess.RunAsync("replay", folder["decisions.jsonl"], "--profile", profile, "--json")).Json();
        Assert.Equal(0, replay.GetProperty("different").GetInt64());
        Assert.True(replay.GetProperty("decisions").GetInt64() >= Pictures);
    }

    [Fact]
    public async Task Run_IsKilled_TheLogOfDecisionsIsStillReplayed()
    {
        using TestFolder folder = new();
        string model = SmallNetwork.Write(folder);
        for (int i = 0; i < Pictures; i++) folder.Write($"images/{i:000}.png", TestPicture.Png(i % 7));
        await using TestNode edge = await TestNode.StartAsync("edge");
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        string profile = await ProfileAsync(folder, model, edge, cloud);
        string log = folder["decisions.jsonl"];
        await using (IsthmusProcess run = IsthmusProcess.Start(
            "run", model, "--images", folder["images"], "--profile", profile, "--device-slowdown", "100", "--tiers", "device", "--edge", $"{edge.Url}", "--cloud", $"{cloud.Url}", "--decisions", log))
        {
            while (!File.Exists(log) || new FileInfo(log).Length < 10_000)
            {
                Assert.True(run.IsRunning, run.Error);
                await Task.Yield();
            }

            run.Kill();
        }

        JsonElement replay = (await IsthmusProcess.RunAsync("replay", log, "--profile", profile, "--json")).Json();
        Assert.Equal(0, replay.GetProperty("different").GetInt64());
        Assert.True(replay.GetProperty("decisions").GetInt64() > 3);
        // Another decision than the one that was made is found.
        string text = await File.ReadAllTextAsync(log, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(log, text.Replace("\"outcome\":\"started\"", "\"outcome\":\"forced\"", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        ToolResult other = await IsthmusProcess.RunAsync("replay", log, "--profile", profile);
        Assert.Equal((int)ErrorKind.Verification, other.ExitCode);
    }

    private static IsthmusProcess Link(TestFolder folder, TestNode to) =>
        IsthmusProcess.Start("link", "--listen", "127.0.0.1:0", "--to", to.Url.ToString(), "--trace", folder["trace.csv"], "--loop");

    private static async Task<string> ProfileAsync(TestFolder folder, string model, TestNode edge, TestNode cloud)
    {
        (await IsthmusProcess.RunAsync(
            "profile", model, "--images", folder["images"], "-o", folder["profile.json"], "--samples", "2", "--codecs", "raw,half", "--inputs", "file",
            "--device-slowdown", "100", "--edge", $"{edge.Url}", "--cloud", $"{cloud.Url}", "--json")).Json();
        return folder["profile.json"];
    }
}
