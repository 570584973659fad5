using System.Text.Json;

namespace Isthmus.EndToEnd.Tests;

/// <summary>What a run of the tool left behind.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>Stdout as the one JSON object that --json promises; the run must have succeeded.</summary>
    public JsonElement Json()
    {
        Assert.True(ExitCode == 0, $"exit {ExitCode}\n{Error}");
        return JsonWhateverTheExit();
    }

    /// <summary>Stdout as one JSON object.</summary>
    public JsonElement JsonWhateverTheExit()
    {
        using JsonDocument document = JsonDocument.Parse(Output);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        return document.RootElement.Clone();
    }

    /// <summary>The run must have failed with this exit code, one sentence on stderr as its last line, and nothing on stdout.</summary>
    public string Refusal(int exitCode)
    {
        Assert.True(ExitCode == exitCode, $"exit {ExitCode} instead of {exitCode}\n{Error}");
        Assert.Equal("", Output);
        string line = Error.TrimEnd().Split('\n')[^1];
        Assert.StartsWith("isthmus: ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return line;
    }
}
