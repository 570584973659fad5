namespace Isthmus.Cli.Tests.Commands;

public sealed class LinkCommandTests
{
    [Theory]
    [InlineData(2, "--rate", "fast")]
    [InlineData(2, "--rate", "1bit")]
    [InlineData(2, "--delay", "-5ms")]
    [InlineData(2, "--down-delay", "100s")]
    [InlineData(2, "--jitter", "much")]
    [InlineData(2, "--loss", "1.5")]
    [InlineData(2, "--listen", "127.0.0.1")]
    [InlineData(2, "--listen", "nowhere.example:80")]
    [InlineData(2, "--to", "https://example")]
    [InlineData(3, "--trace", "no-such-trace.csv")]
    public async Task Link_WrongOption_IsRefusedInOneSentence(int exitCode, string option, string value)
    {
        Dictionary<string, string> options = new() { ["--listen"] = "127.0.0.1:0", ["--to"] = "127.0.0.1:9", [option] = value };
        CommandRun run = await CommandRun.OfAsync(["link", "--json", .. options.SelectMany(o => new[] { o.Key, o.Value })]);
        run.AssertRefused(exitCode);
    }

    [Fact]
    public async Task Link_LoopWithoutTrace_NamesTheTraceOption()
    {
        CommandRun run = await CommandRun.OfAsync("link", "--listen", "127.0.0.1:0", "--to", "127.0.0.1:9", "--loop");
        Assert.Contains("--trace", run.AssertRefused(2), StringComparison.Ordinal);
    }
}
