using System.Text;
using System.Text.Json;

namespace Isthmus.EndToEnd.Tests;

public sealed class FleetTests
{
    private static string Write(TestFolder folder, string nodes, string links = "") =>
        folder.Write("fleet.yaml", Encoding.UTF8.GetBytes($"version: 1\nnodes:\n- {{name: device, tier: device}}\n{nodes}{links}"));

    [Fact]
    public async Task Check_NodesThatAnswer_SaysWhatTheyAreAndMeasuresTheLinks()
    {
        using TestFolder folder = new();
        await using TestNode edge = await TestNode.StartAsync("edge", "--threads", "1");
        await using TestNode cloud = await TestNode.StartAsync("cloud");
        string fleet = Write(folder, $"- {{name: near, tier: edge, url: '{edge.Url}', tags: {{place: lab}}}}\n- {{name: far, tier: cloud, url: '{cloud.Url}'}}\n",
            "links:\n- {from: device, to: near, roundTrip: 500ms, bandwidth: 1kbit}\n- {from: near, to: far}\n");
        JsonElement report = (await IsthmusProcess.RunAsync("fleet", "check", fleet, "--json")).Json();
        Assert.True(report.GetProperty("ok").GetBoolean());
        JsonElement[] nodes = [.. report.GetProperty("nodes").EnumerateArray()];
        Assert.Equal(["device", "near", "far"], nodes.Select(n => n.GetProperty("name").GetString()));
        Assert.All(nodes, n => Assert.True(n.GetProperty("reached").GetBoolean()));
        Assert.All(nodes, n => Assert.Equal("localhost", n.GetProperty("machine").GetString()));
        Assert.Equal("edge", nodes[1].GetProperty("ownName").GetString());
        Assert.Equal(1, nodes[1].GetProperty("threads").GetInt32());
        Assert.Equal("lab", nodes[1].GetProperty("tags").GetProperty("place").GetString());
        JsonElement[] links = [.. report.GetProperty("links").EnumerateArray()];
        Assert.Equal(["device-near", "near-far"], links.Select(l => $"{l.GetProperty("from").GetString()}-{l.GetProperty("to").GetString()}"));
        Assert.Equal([true, false], links.Select(l => l.GetProperty("differs").GetBoolean()));
        Assert.All(links, l => Assert.True(l.GetProperty("bitsPerSecond").GetDouble() > 1000));
    }

    [Fact]
    public async Task Check_NodeThatIsNotThere_IsNamedAndTheRestIsReported()
    {
        using TestFolder folder = new();
        await using TestNode edge = await TestNode.StartAsync("edge");
        string fleet = Write(folder, $"- {{name: near, tier: edge, url: '{edge.Url}'}}\n- {{name: gone, tier: cloud, url: 'http://127.0.0.1:9'}}\n");
        ToolResult result = await IsthmusProcess.RunAsync("fleet", "check", fleet, "--json");
        Assert.Equal(6, result.ExitCode);
        Assert.Contains("isthmus: 1 of 3 nodes cannot be reached: gone.", result.Error, StringComparison.Ordinal);
        JsonElement report = result.JsonWhateverTheExit();
        Assert.Equal(["gone"], report.GetProperty("unreachable").EnumerateArray().Select(n => n.GetString()));
        Assert.Equal("gone does not answer", report.GetProperty("links")[1].GetProperty("problem").GetString());
    }

    [Fact]
    public async Task Check_NodeOfAnotherTier_IsAFailedCheck()
    {
        using TestFolder folder = new();
        await using TestNode edge = await TestNode.StartAsync("edge");
        string fleet = Write(folder, $"- {{name: far, tier: cloud, url: '{edge.Url}'}}\n");
        ToolResult result = await IsthmusProcess.RunAsync("fleet", "check", fleet, "--json");
        Assert.Equal(8, result.ExitCode);
        Assert.Equal(["far"], result.JsonWhateverTheExit().GetProperty("wrongTier").EnumerateArray().Select(n => n.GetString()));
    }

    [Fact]
    public async Task Check_BrokenFile_IsRefusedWithItsLine()
    {
        using TestFolder folder = new();
        string line = (await IsthmusProcess.RunAsync("fleet", "check", Write(folder, "- {name: near, tier: edge}\n"))).Refusal(2);
        Assert.Contains("line 4: nodes[1].url: it is missing", line, StringComparison.Ordinal);
    }
}
