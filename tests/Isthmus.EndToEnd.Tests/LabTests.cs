using System.Text.Json;

namespace Isthmus.EndToEnd.Tests;

/// <summary>The reproductions as docs/reproduce.md shows them, with whole processes.</summary>
public sealed class LabTests
{
    [Fact]
    public async Task ReproduceJalad_Quick_EveryMethodAnswersEveryPhotographOnce()
    {
        using TestFolder folder = new();
        string report = folder["jalad.html"];
        ToolResult result = await IsthmusProcess.RunAsync("lab", "reproduce", "jalad", "--quick", "--json", "--html", report);
        Assert.True(result.ExitCode == 0, result.Error);

        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.True(root.GetProperty("quick").GetBoolean());
        Assert.NotEmpty(root.GetProperty("emulated").EnumerateArray());
        JsonElement[] claims = [.. root.GetProperty("claims").EnumerateArray()];
        Assert.All(["JALAD is no slower than Origin2Cloud at 300 kB/s", "JALAD is no slower than PNG2Cloud at 1 MB/s", "Isthmus is no slower than JPEG2Cloud at 1 MB/s"],
            name => Assert.Single(claims, c => c.GetProperty("name").GetString() == name));
        Assert.All(claims, c =>
        {
            Assert.Equal(JsonValueKind.Null, c.GetProperty("paper").ValueKind);
            Assert.NotEmpty(c.GetProperty("unit").GetString()!);
            Assert.True(c.TryGetProperty("met", out _) && c.TryGetProperty("measured", out _));
        });

        JsonElement model = Assert.Single(root.GetProperty("details").GetProperty("models").EnumerateArray());
        JsonElement[] rates = [.. model.GetProperty("rates").EnumerateArray()];
        Assert.Equal([300.0, 1000.0], rates.Select(r => r.GetProperty("kilobytesPerSecond").GetDouble()));
        foreach (JsonElement rate in rates)
        {
            JsonElement[] outcomes = [.. rate.GetProperty("outcomes").EnumerateArray()];
            Assert.All(["device-only", "Origin2Cloud", "PNG2Cloud", "JPEG2Cloud", "Neurosurgeon", "JALAD", "Isthmus"],
                method => Assert.Single(outcomes, o => o.GetProperty("method").GetString() == method));
            foreach (JsonElement outcome in outcomes.Where(o => o.GetProperty("plan").ValueKind == JsonValueKind.String))
            {
                JsonElement[] photographs = [.. outcome.GetProperty("photographs").EnumerateArray()];
                Assert.Equal(model.GetProperty("timedPhotographs").GetInt32(), photographs.Select(p => p.GetProperty("file").GetString()).Distinct().Count());
                Assert.Equal(model.GetProperty("timedPhotographs").GetInt32(), photographs.Length);
                Assert.All(photographs, p => Assert.True(p.GetProperty("error").ValueKind == JsonValueKind.Null && p.GetProperty("ms").GetDouble() > 0));
            }

            // What is exact changes nothing.
            Assert.All(outcomes.Where(o => o.GetProperty("method").GetString() is "device-only" or "Origin2Cloud" or "PNG2Cloud"),
                o => Assert.Equal(1, o.GetProperty("loss").GetProperty("agreement").GetDouble()));
        }

        string html = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Contains("emulated", html, StringComparison.Ordinal);
        Assert.Contains("predicted", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=\"http", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ReproduceScission_Quick_EveryMethodRunsUnderBothTablesOfLinks()
    {
        using TestFolder folder = new();
        string report = folder["scission.html"];
        ToolResult result = await IsthmusProcess.RunAsync("lab", "reproduce", "scission", "--quick", "--json", "--html", report);
        Assert.True(result.ExitCode == 0, result.Error);

        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.NotEmpty(root.GetProperty("emulated").EnumerateArray());
        JsonElement[] claims = [.. root.GetProperty("claims").EnumerateArray()];
        Assert.All(claims, c => Assert.Equal(JsonValueKind.Null, c.GetProperty("paper").ValueKind));
        Assert.Equal(2, claims.Count(c => c.GetProperty("name").GetString()!.Contains("process", StringComparison.Ordinal) && c.GetProperty("measured").GetDouble() > 0));
        JsonElement measured = root.GetProperty("details").GetProperty("measured");
        Assert.Equal(3, measured.GetProperty("additions").GetArrayLength());
        JsonElement[] cases = [.. measured.GetProperty("cases").EnumerateArray()];
        Assert.Equal(4, cases.Length);
        foreach (JsonElement at in cases)
        {
            JsonElement[] outcomes = [.. at.GetProperty("outcomes").EnumerateArray()];
            Assert.Equal(6, outcomes.Length);
            Assert.All(outcomes.Where(o => o.GetProperty("plan").ValueKind == JsonValueKind.String), o => Assert.True(o.GetProperty("measuredMs").GetDouble() > 0));
            // All of a network on one place sends the picture or nothing.
            bool isPrivate = at.GetProperty("isPrivate").GetBoolean();
            Assert.Equal(isPrivate ? 3 : 6, outcomes.Count(o => o.GetProperty("plan").ValueKind == JsonValueKind.String));
        }

        string html = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Contains("emulated", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ReproduceZhao_Quick_EveryMethodAnswersBothQuestionsAtEveryBandwidth()
    {
        using TestFolder folder = new();
        string report = folder["zhao.html"];
        ToolResult result = await IsthmusProcess.RunAsync("lab", "reproduce", "zhao", "--quick", "--json", "--html", report);
        Assert.True(result.ExitCode == 0, result.Error);

        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.NotEmpty(root.GetProperty("emulated").EnumerateArray());
        JsonElement[] claims = [.. root.GetProperty("claims").EnumerateArray()];
        Assert.Equal([58.0, 25.0, 12.0], claims.Where(c => c.GetProperty("paper").ValueKind == JsonValueKind.Number).Select(c => c.GetProperty("paper").GetDouble()));
        Assert.All(claims, c => Assert.True(c.TryGetProperty("met", out _) && c.TryGetProperty("measured", out _) && c.GetProperty("unit").GetString()!.Length > 0));
        JsonElement measured = root.GetProperty("details").GetProperty("result");
        JsonElement network = Assert.Single(measured.GetProperty("networks").EnumerateArray());
        Assert.Contains(network.GetProperty("curves").EnumerateArray(), c => c.GetProperty("family").GetString() == "embedded");
        JsonElement[] points = [.. measured.GetProperty("points").EnumerateArray()];
        Assert.Equal(6, points.Length);
        foreach (JsonElement[] outcomes in points.Select(p => p.GetProperty("outcomes").EnumerateArray().ToArray()))
        {
            Assert.Equal(["device-only", "send all to the edge", "send all to the cloud", "whole JPEG, quality chosen", "Zhao et al.", "Isthmus"], outcomes.Select(o => o.GetProperty("method").GetString()));
            Assert.All(outcomes, o => Assert.True(o.GetProperty("measuredMs").GetDouble() > 0));
            Assert.All(outcomes, o => Assert.Equal(14, o.GetProperty("judged").GetProperty("photographs").GetInt32()));
            // The un-encoded picture is what the answers are compared with.
            Assert.Equal(14, outcomes[0].GetProperty("judged").GetProperty("right").GetInt32());
            Assert.Equal(0, outcomes[0].GetProperty("bytes").GetDouble());
        }

        string html = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Contains("emulated", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task ReproduceShahhosseini_Quick_LearnsInSimulationAndWithRealUsersAndLosesNothing()
    {
        using TestFolder folder = new();
        string report = folder["shahhosseini.html"];
        ToolResult result = await IsthmusProcess.RunAsync("lab", "reproduce", "shahhosseini", "--quick", "--json", "--html", report);
        Assert.True(result.ExitCode == 0, result.Error);

        using JsonDocument json = JsonDocument.Parse(result.Output);
        JsonElement root = json.RootElement;
        Assert.NotEmpty(root.GetProperty("emulated").EnumerateArray());
        JsonElement[] claims = [.. root.GetProperty("claims").EnumerateArray()];
        Assert.All(claims, c => Assert.True(c.TryGetProperty("met", out _) && c.TryGetProperty("measured", out _) && c.GetProperty("unit").GetString()!.Length > 0));
        Assert.Equal(35.0, Assert.Single(claims.Where(c => c.GetProperty("paper").ValueKind == JsonValueKind.Number).Select(c => c.GetProperty("paper").GetDouble()).Where(p => p != 166.6).Distinct()));
        // The published figures do not hang on this machine: what the paper's actions and what more of them can save is always the same.
        Assert.All(["the paper's actions", "every variant everywhere"], actions => Assert.InRange(
            Assert.Single(claims, c => c.GetProperty("name").GetString()!.StartsWith($"published figures, 5 users, regular links, {actions}", StringComparison.Ordinal)).GetProperty("measured").GetDouble(), 30, 45));
        JsonElement details = root.GetProperty("details");
        JsonElement[] cases = [.. details.GetProperty("cases").EnumerateArray()];
        Assert.Equal(2 * 3 * 4 * 5, cases.Length);
        JsonElement[] learned = [.. cases.SelectMany(c => c.GetProperty("outcomes").EnumerateArray()).Where(o => o.GetProperty("method").GetString() == "Isthmus")];
        Assert.Equal(6, learned.Length);
        Assert.All(learned, o => Assert.Equal(1, o.GetProperty("converged").GetInt32()));
        JsonElement live = details.GetProperty("live");
        Assert.All(live.GetProperty("rows").EnumerateArray(), r => Assert.Equal(0, r.GetProperty("lost").GetInt32()));
        Assert.All(["Min", "89", "Max"], threshold => Assert.Single(live.GetProperty("rows").EnumerateArray(), r => r.GetProperty("threshold").GetString() == threshold && r.GetProperty("method").GetString() == "Isthmus"));
        Assert.True(live.GetProperty("comparison").GetProperty("joint").GetArrayLength() >= 5);
        Assert.Equal(8, details.GetProperty("rail").GetArrayLength());
        Assert.Equal(14, details.GetProperty("crowds").GetArrayLength());
        // Who may choose more is never worse.
        foreach (IGrouping<double, JsonElement> rows in details.GetProperty("joint").EnumerateArray().GroupBy(r => r.GetProperty("points").GetDouble()))
        {
            double[] ms = [.. rows.Where(r => r.GetProperty("meanMs").ValueKind == JsonValueKind.Number).Select(r => r.GetProperty("meanMs").GetDouble())];
            Assert.Equal(ms.OrderDescending(), ms);
        }

        string html = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
        Assert.Contains("emulated", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Reproduce_UnknownName_SaysWhichThereAre()
    {
        ToolResult result = await IsthmusProcess.RunAsync("lab", "reproduce", "nothing");
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("jalad", result.Error, StringComparison.Ordinal);
    }
}
