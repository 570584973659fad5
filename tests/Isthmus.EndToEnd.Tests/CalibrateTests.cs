using System.Diagnostics;
using System.Text.Json;
using Isthmus.Tests.Shared;

namespace Isthmus.EndToEnd.Tests;

/// <summary>`calibrate` as a process: what a kill costs, and what Ctrl+C leaves.</summary>
public sealed class CalibrateTests : IDisposable
{
    private const int Images = 400;

    private readonly TestFolder _folder = new();
    private readonly string _model;

    public CalibrateTests()
    {
        _model = SmallNetwork.Write(_folder);
        for (int i = 0; i < Images; i++) _folder.Write($"photos/{i:000}.png", TestPicture.Png(i));
    }

    private string Journal => _folder["tables.json.journal"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Calibrate_KilledTwice_GoesOnToTheTablesOfAnUndisturbedRun()
    {
        JsonElement expected = (await IsthmusProcess.RunAsync(Command("undisturbed.json"))).Json();
        for (int kill = 1; kill <= 2; kill++)
        {
            await using IsthmusProcess process = IsthmusProcess.Start(Command("tables.json"));
            long before = Length();
            await Until(() => Length() > before + (kill * 2_000), process);
            process.Kill();
        }

        Assert.True(File.Exists(Journal));
        Assert.False(File.Exists(_folder["tables.json"]));
        int done = ImagesDone();
        Assert.True(done > 0);
        ToolResult result = await IsthmusProcess.RunAsync(Command("tables.json"));
        JsonElement tables = result.Json();
        foreach (string table in new[] { "cuts", "inputs" }) Assert.Equal(expected.GetProperty(table).GetRawText(), tables.GetProperty(table).GetRawText());
        Assert.Equal(expected.GetProperty("calibration").GetProperty("dataHash").GetString(), tables.GetProperty("calibration").GetProperty("dataHash").GetString());
        Assert.False(File.Exists(Journal));
    }

    [Fact]
    public async Task Calibrate_Interrupted_EndsCleanlyAndKeepsItsJournal()
    {
        await using IsthmusProcess process = IsthmusProcess.Start(Command("tables.json"));
        await Until(() => Length() > 500, process);
        process.Terminate();
        ToolResult result = await process.EndAsync();
        Assert.Equal(130, result.ExitCode);
        Assert.Equal("", result.Output);
        Assert.EndsWith("isthmus: cancelled.", result.Error.TrimEnd(), StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["tables.json"]));
        Assert.True(Length() > 500);
    }

    private string[] Command(string output) =>
        ["calibrate", _model, "--images", _folder["photos"], "-o", _folder[output], "--codecs", "raw,huffman:4,huffman:1", "--inputs", "file,jpeg:50", "--stop-loss", "1", "--json"];

    private long Length() => File.Exists(Journal) ? new FileInfo(Journal).Length : 0;

    // The images that the journal speaks for, over all passes.
    private int ImagesDone() => File.ReadLines(Journal).Skip(1).Where(l => l.EndsWith('}')).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("images").GetInt32()).Sum();

    private static async Task Until(Func<bool> condition, IsthmusProcess process)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(process.IsRunning, $"It ended before it could be interrupted: {process.Error}");
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(90));
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
