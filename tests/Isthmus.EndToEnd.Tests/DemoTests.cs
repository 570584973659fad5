using System.Diagnostics;
using System.Text.Json;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

/// <summary>The whole demo, as docs/demo.md and the README show it.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task Demo_TwoPhotographs_AnswersAllComparesAndReports()
    {
        string folder = Directory.CreateTempSubdirectory("isthmus-demo-").FullName;
        try
        {
            string report = Path.Combine(folder, "report.html");
            (int exit, string output, string error) = await RunAsync(
                folder, "dotnet", "exec", Path.Combine(AppContext.BaseDirectory, "isthmus.dll"), "demo", "--limit", "2", "--device-slowdown", "4", "--edge-slowdown", "2", "--report", report, "--json");
            Assert.True(exit == 0, error);

            using JsonDocument json = JsonDocument.Parse(output);
            JsonElement root = json.RootElement;
            JsonElement[] images = [.. root.GetProperty("images").EnumerateArray()];
            Assert.Equal(images.Length, root.GetProperty("summary").GetProperty("answered").GetInt32());
            Assert.All(images, image =>
            {
                Assert.NotEmpty(image.GetProperty("top1").GetProperty("name").GetString()!);
                Assert.True(image.GetProperty("ms").GetProperty("total").GetDouble() > 0);
                Assert.True(image.GetProperty("emulated").GetBoolean());
                Assert.NotEqual(0, image.GetProperty("where").GetArrayLength());
                Assert.NotEmpty(image.GetProperty("why").GetString()!);
            });
            Assert.Equal(
                ["device-only", "jpeg-to-cloud", "jpeg-to-edge", "png", "raw-tensor"],
                root.GetProperty("baselines").EnumerateObject().Select(b => b.Name).Order(StringComparer.Ordinal));
            JsonElement[] phases = [.. root.GetProperty("phases").EnumerateArray()];
            Assert.True(phases.Select(p => p.GetProperty("plan").GetString()).Distinct().Count() > 1, "The plan changes with the links.");
            // In the last phase the raw input stays on the device, whatever is chosen.
            Assert.StartsWith("device", phases[^1].GetProperty("plan").GetString(), StringComparison.Ordinal);

            string html = await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken);
            Assert.Contains("emulated", html, StringComparison.Ordinal);
            Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("src=\"http", html, StringComparison.OrdinalIgnoreCase);
            await LookAsync(folder, report);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // What a browser makes of it; where there is none, the page is not looked at.
    private static async Task LookAsync(string folder, string report)
    {
        const string chromium = "/usr/bin/chromium";
        if (!File.Exists(chromium)) return;
        (int exit, string dom, string error) = await RunAsync(
            folder, chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            $"--user-data-dir={Path.Combine(folder, "chromium")}", "--dump-dom", new Uri(report).AbsoluteUri);
        Assert.True(exit == 0, error);
        Assert.Contains("<svg", dom, StringComparison.Ordinal);
        Assert.Contains("Against doing it in one place", dom, StringComparison.Ordinal);
    }

    private static async Task<(int Exit, string Output, string Error)> RunAsync(string folder, string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["ISTHMUS_DATA"] = Path.Combine(folder, "data");
        start.Environment["ISTHMUS_ROOT"] = DevelopmentData.Repository;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
