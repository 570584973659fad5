using System.Text.Json;
using System.Text.RegularExpressions;

namespace Isthmus.Cli.Tests.Commands;

public sealed partial class ServeCommandTests
{
    [Theory]
    [InlineData("--tier", "moon")]
    [InlineData("--tier", "edge", "--slowdown", "0.5")]
    [InlineData("--tier", "edge", "--threads", "0")]
    [InlineData("--tier", "edge", "--workers", "0")]
    [InlineData("--tier", "edge", "--queue", "-1")]
    [InlineData("--tier", "edge", "--memory", "much")]
    [InlineData("--tier", "edge", "--provider", "abacus")]
    [InlineData("--tier", "edge", "--log-format", "xml")]
    [InlineData("--tier", "edge", "--listen", "https://127.0.0.1:0")]
    [InlineData("--tier", "edge", "--listen", "http://example.org:1")]
    [InlineData()]
    public async Task Serve_WrongOption_IsRefusedInOneSentence(params string[] options) =>
        (await CommandRun.OfAsync(["serve", .. options])).AssertRefused(2);

    [Fact]
    public async Task Serve_FolderOfModelsIsAbsent_IsRefusedInOneSentence() =>
        (await CommandRun.OfAsync("serve", "--tier", "edge", "--listen", "http://127.0.0.1:0", "--models", "no-such-folder")).AssertRefused(3);

    [Fact]
    public async Task Serve_UntilCancelled_PrintsOneObjectOfCounters()
    {
        string data = Directory.CreateTempSubdirectory("isthmus-serve-").FullName;
        using CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        using StringWriter output = new();
        using ReadyWriter error = new();
        Task<int> serving = CommandLineApplication.RunAsync(
            ["serve", "--tier", "cloud", "--listen", "http://127.0.0.1:0", "--data", data, "--slowdown", "2", "--log-format", "none", "--json"], output, error, stop.Token);

        string url = await error.Ready.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        using HttpClient http = new();
        Assert.Contains("\"emulated\":true", await http.GetStringAsync(url + "/v2", TestContext.Current.CancellationToken), StringComparison.Ordinal);
        await stop.CancelAsync();

        Assert.Equal(0, await serving);
        using JsonDocument json = JsonDocument.Parse(output.ToString());
        Assert.Equal(("cloud", url, 0), (
            json.RootElement.GetProperty("node").GetString(), json.RootElement.GetProperty("url").GetString(), json.RootElement.GetProperty("requests").GetInt32()));
        Directory.Delete(data, recursive: true);
    }

    // Sees the note that names the address.
    private sealed partial class ReadyWriter : StringWriter
    {
        private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<string> Ready => _ready.Task;

        public override void Write(char value)
        {
            base.Write(value);
            Look();
        }

        public override void Write(char[] buffer, int index, int count)
        {
            base.Write(buffer, index, count);
            Look();
        }

        public override void Write(string? value)
        {
            base.Write(value);
            Look();
        }

        private void Look()
        {
            if (Address().Match(ToString()) is { Success: true } match) _ready.TrySetResult(match.Groups["url"].Value);
        }

        [GeneratedRegex(@"(?<url>http://127\.0\.0\.1:\d+)[.,]", RegexOptions.ExplicitCapture)]
        private static partial Regex Address();
    }
}
