namespace Isthmus.Cli.Tests.Commands;

public sealed class CompressionBenchCommandTests
{
    [Fact]
    public async Task Compression_AbsentFolder_IsRefusedByName()
    {
        string line = (await CommandRun.OfAsync("bench", "compression", "--models", "no-such-folder", "--images", ".")).AssertRefused(3);
        Assert.Contains("no-such-folder", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compression_NoFolders_IsRefused() => (await CommandRun.OfAsync("bench", "compression")).AssertRefused(2);

    [Fact]
    public async Task Compression_UnknownRow_IsRefusedAndListsTheKnown()
    {
        string line = (await CommandRun.OfAsync("bench", "compression", "--models", ".", "--images", ".", "--rows", "no-such-row")).AssertRefused(2);
        Assert.Contains("mobilenet-384x6x6", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compression_UnknownCodec_IsRefused() =>
        (await CommandRun.OfAsync("bench", "compression", "--models", ".", "--images", ".", "--codecs", "no-such-codec")).AssertRefused(2);
}
