using System.Text;
using System.Text.Json;
using Isthmus.Core.Planning;
using Isthmus.Core.Profiling;
using Isthmus.Tests.Shared;

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

    private static string[] Quick(string command, string fleet, params string[] rest) =>
        ["fleet", command, fleet, .. rest, "--samples", "1", "--max-cuts", "2", "--codecs", "raw", "--inputs", "file"];

    private static async Task<(TestNode[] Nodes, string Fleet, string Model)> StartAsync(TestFolder folder, string machines = "")
    {
        for (int i = 0; i < 2; i++) folder.Write($"images/{i}.png", TestPicture.Png(i));
        TestNode[] nodes = [await TestNode.StartAsync("edge"), await TestNode.StartAsync("edge"), await TestNode.StartAsync("cloud")];
        string[] names = ["near", "nearer", "far"], tiers = ["edge", "edge", "cloud"];
        StringBuilder lines = new();
        for (int i = 0; i < 3; i++) lines.Append("- {name: ").Append(names[i]).Append(", tier: ").Append(tiers[i]).Append(", url: '").Append(nodes[i].Url).Append("', pricePerHour: 0.5").Append(machines.Replace("#", names[i], StringComparison.Ordinal)).Append("}\n");
        return (nodes, Write(folder, lines.ToString()), SmallNetwork.Write(folder));
    }

    private static async Task EndAsync(TestNode[] nodes)
    {
        foreach (TestNode node in nodes) await node.DisposeAsync();
    }

    // Until the unfinished measurement has something of this node in its journal.
    private static async Task UntilMeasuredAsync(IsthmusProcess run, string journal, string node)
    {
        while (true)
        {
            Assert.True(run.IsRunning, $"The measurement ended too early:\n{run.Error}");
            if (File.Exists(journal) && (await File.ReadAllTextAsync(journal, TestContext.Current.CancellationToken)).Contains($"\"{node} http", StringComparison.Ordinal)) return;
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Profile_TwoEdgesAndACloud_MeasuresAllVerifiesAndCanBePlanned()
    {
        using TestFolder folder = new();
        (TestNode[] nodes, string fleet, string model) = await StartAsync(folder, ", machine: '#'");
        try
        {
            JsonElement result = (await IsthmusProcess.RunAsync([.. Quick("profile", fleet, model), "--images", folder["images"], "-o", folder["out"], "--verify", "--requests", "3", "--json"])).Json();
            JsonElement profiled = Assert.Single(result.GetProperty("profiles").EnumerateArray());
            string file = profiled.GetProperty("file").GetString()!;
            Assert.Equal(["small.profile.json"], Directory.GetFiles(folder["out"]).Select(Path.GetFileName));
            Assert.Empty(profiled.GetProperty("leftOut").EnumerateArray());
            Assert.Equal(["device", "near", "nearer", "far"], profiled.GetProperty("blockSums").EnumerateArray().Select(b => b.GetProperty("node").GetString()));
            Profile profile = ProfileFile.Load(file);
            Assert.Equal(["device", "near", "nearer", "far"], profile.Nodes.Select(n => n.Name));
            Assert.Equal(TimeSpan.FromDays(7), profile.Expires - profile.Created);
            JsonElement verification = profiled.GetProperty("verifications")[0];
            Assert.Equal(3, verification.GetProperty("requests").GetInt32());
            Assert.True(verification.GetProperty("ratio").GetDouble() > 0);
            Assert.Equal(["decode", "head", "encode", "send", "queue", "unpack", "middle", "tail", "return", "overhead"], verification.GetProperty("stages").EnumerateArray().Select(s => s.GetProperty("stage").GetString()));
            foreach (JsonElement node in verification.GetProperty("nodes").EnumerateArray())
                Assert.NotNull(profile.Nodes.Single(n => n.Name == node.GetProperty("node").GetString()).MeasuredRatio);

            // Carried out by the executor on the second edge, under the fleet's name.
            (await IsthmusProcess.RunAsync("plan", file, "--tiers", "edge", "--forbid", "near", "-o", folder["second.json"], "--max-loss", "1", "--json")).Json();
            JsonElement ran = (await IsthmusProcess.RunAsync("run", model, "--fleet", fleet, "--profile", file, "--plan", folder["second.json"], "--images", folder["images"], "--json")).Json();
            foreach (JsonElement image in ran.GetProperty("images").EnumerateArray())
            {
                Assert.Equal("nearer", Assert.Single(image.GetProperty("where").EnumerateArray()).GetProperty("node").GetString());
                Assert.Equal(JsonValueKind.Null, image.GetProperty("fallback").ValueKind);
            }

            JsonElement adapted = (await IsthmusProcess.RunAsync("run", model, "--fleet", fleet, "--profile", file, "--images", folder["images"], "--max-loss", "1", "--json")).Json();
            Assert.Equal(2, adapted.GetProperty("summary").GetProperty("answered").GetInt32());

            // A plan of the user's choice.
            JsonElement planned = (await IsthmusProcess.RunAsync("plan", file, "--tiers", "cloud", "-o", folder["plan.json"], "--max-loss", "1", "--json")).Json();
            Assert.Contains("far", planned.GetProperty("winner").GetRawText(), StringComparison.Ordinal);
            JsonElement verified = (await IsthmusProcess.RunAsync("fleet", "verify", fleet, file, model, "--images", folder["images"], "--plan", folder["plan.json"], "--requests", "3", "-o", folder["learnt.json"], "--json")).Json();
            Assert.Equal("far", Assert.Single(verified.GetProperty("verifications")[0].GetProperty("nodes").EnumerateArray()).GetProperty("node").GetString());
            Assert.NotNull(ProfileFile.Load(folder["learnt.json"]).Nodes.Single(n => n.Tier == Tier.Cloud).MeasuredRatio);
        }
        finally
        {
            await EndAsync(nodes);
        }
    }

    [Fact]
    public async Task Profile_NodeKilledMidWay_IsNamedAndLeftOut()
    {
        using TestFolder folder = new();
        (TestNode[] nodes, string fleet, string model) = await StartAsync(folder);
        try
        {
            await using IsthmusProcess run = IsthmusProcess.Start([.. Quick("profile", fleet, model), "--images", folder["images"], "-o", folder["out"], "--json"]);
            await UntilMeasuredAsync(run, folder["out/small.profile.json.journal"], "nearer");
            nodes[1].Process.Kill();
            ToolResult result = await run.EndAsync();
            JsonElement profiled = result.Json().GetProperty("profiles")[0];
            Assert.Equal("nearer", Assert.Single(profiled.GetProperty("leftOut").EnumerateArray()).GetProperty("node").GetString());
            Assert.Contains("nearer is left out of small.profile.json: ", result.Error, StringComparison.Ordinal);
            Assert.Equal(["device", "near", "far"], ProfileFile.Load(profiled.GetProperty("file").GetString()!).Nodes.Select(n => n.Name));
        }
        finally
        {
            await EndAsync(nodes);
        }
    }

    [Fact]
    public async Task Profile_KilledItself_GoesOnWhereItEndedWithAllModels()
    {
        using TestFolder folder = new();
        (TestNode[] nodes, string fleet, string model) = await StartAsync(folder);
        string other = SmallNetwork.Write(folder, "other.onnx", seed: 2);
        try
        {
            string[] command = [.. Quick("profile", fleet, model, other), "--images", folder["images"], "-o", folder["out"], "--json"];
            await using (IsthmusProcess run = IsthmusProcess.Start(command))
            {
                await UntilMeasuredAsync(run, folder["out/other.profile.json.journal"], "nearer");
                run.Kill();
            }

            double[] before = [await nodes[0].MetricAsync("isthmus_sessions_loaded_total"), await nodes[1].MetricAsync("isthmus_sessions_loaded_total")];
            Assert.True(before[0] > 0, "no such metric");
            JsonElement result = (await IsthmusProcess.RunAsync(command)).Json();
            Assert.Equal(["small.onnx", "other.onnx"], result.GetProperty("profiles").EnumerateArray().Select(p => p.GetProperty("profile").GetProperty("modelName").GetString() + (p.GetProperty("profile").GetProperty("modelName").GetString()!.EndsWith(".onnx", StringComparison.Ordinal) ? "" : ".onnx")));
            foreach (JsonElement profile in result.GetProperty("profiles").EnumerateArray()) Assert.Equal(4, ProfileFile.Load(profile.GetProperty("file").GetString()!).Nodes.Length);
            // The first edge was done with both models, the second one with the first: neither measured that again.
            Assert.Equal(before[0], await nodes[0].MetricAsync("isthmus_sessions_loaded_total"));
            Assert.True(await nodes[1].MetricAsync("isthmus_sessions_loaded_total") > before[1]);
            Assert.Equal(["other.profile.json", "small.profile.json"], Directory.GetFiles(folder["out"]).Select(Path.GetFileName).Order());
        }
        finally
        {
            await EndAsync(nodes);
        }
    }

    [Fact]
    public async Task Verify_ExpiredProfile_IsRefusedUnlessAllowed()
    {
        using TestFolder folder = new();
        folder.Write("images/0.png", TestPicture.Png(0));
        string model = SmallNetwork.Write(folder), fleet = Write(folder, "");
        (await IsthmusProcess.RunAsync([.. Quick("profile", fleet, model), "--images", folder["images"], "-o", folder["out"], "--lifetime", "12h", "--json"])).Json();
        string file = folder["out/small.profile.json"];
        Profile profile = ProfileFile.Load(file);
        Assert.Equal(TimeSpan.FromHours(12), profile.Expires - profile.Created);
        ProfileFile.Save(file, profile with { Created = profile.Created.AddDays(-3), Expires = profile.Created.AddDays(-2) });
        foreach (string[] command in new string[][] { ["plan", file], ["fleet", "verify", fleet, file, model, "--images", folder["images"]], ["run", model, "--images", folder["images"], "--profile", file] })
        {
            Assert.Contains("expired on", (await IsthmusProcess.RunAsync(command)).Refusal(7), StringComparison.Ordinal);
            Assert.Equal(0, (await IsthmusProcess.RunAsync([.. command, "--allow-expired"])).ExitCode);
        }
    }
}
