using System.Text.Json;

namespace Isthmus.Cli.Tests.Commands;

public sealed class FuzzCommandTests
{
    [Fact]
    public async Task Fuzz_Frame_CountsEveryInputAndFindsNothing()
    {
        CommandRun run = await CommandRun.OfAsync("fuzz", "frame", "--count", "3000", "--codecs", "raw,huffman:4", "--json");
        Assert.Equal(0, run.ExitCode);
        JsonElement report = run.Json();
        Assert.Equal(3000, report.GetProperty("inputs").GetInt64());
        Assert.Equal(0, report.GetProperty("findingCount").GetInt64());
        Assert.Equal(["raw", "huffman:4"], report.GetProperty("codecs").EnumerateArray().Select(c => c.GetProperty("codec").GetString()));
        Assert.Equal(3000, report.GetProperty("accepted").GetInt64() + report.GetProperty("refused").EnumerateObject().Sum(r => r.Value.GetInt64()));
    }

    [Fact]
    public async Task Fuzz_FrameForPeople_SaysWhatWasDone()
    {
        CommandRun run = await CommandRun.OfAsync("fuzz", "frame", "--count", "500", "--guard", "poison");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("0 findings", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("fuzz", "model")]
    [InlineData("fuzz", "frame", "--count", "0")]
    [InlineData("fuzz", "frame", "--threads", "0")]
    [InlineData("fuzz", "frame", "--guard", "none")]
    [InlineData("fuzz", "frame", "--codecs", "huffman:99")]
    public async Task Fuzz_OptionOutOfRange_IsRefused(params string[] args) => (await CommandRun.OfAsync(args)).AssertRefused(2);

    [Fact]
    public async Task Fuzz_ReplayOfNoFile_IsRefused() => (await CommandRun.OfAsync("fuzz", "frame", "--replay", "no-such-file")).AssertRefused(3);
}
