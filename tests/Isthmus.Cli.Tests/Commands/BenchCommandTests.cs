using Isthmus.Bench;

namespace Isthmus.Cli.Tests.Commands;

public sealed class BenchCommandTests
{
    [Fact]
    public async Task Bench_ListAsJson_NamesEveryComparison()
    {
        CommandRun run = await CommandRun.OfAsync("bench", "--list", "--json");
        Assert.Equal(0, run.ExitCode);
        Assert.Equal(
            Comparisons.All.Select(c => c.Name).Append("compression").Append("dense-probabilities").Append("input").Append("picture-start").Append("zoo").Order(StringComparer.Ordinal),
            run.Json().GetProperty("comparisons").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Bench_List_NamesEveryComparison()
    {
        CommandRun run = await CommandRun.OfAsync("bench", "--list");
        Assert.Equal(0, run.ExitCode);
        Assert.All(Comparisons.All, c => Assert.Contains(c.Name, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bench_UnknownName_IsRefusedAndListsTheKnown()
    {
        string line = (await CommandRun.OfAsync("bench", "no-such-comparison")).AssertRefused(2);
        Assert.All(Comparisons.All, c => Assert.Contains(c.Name, line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Bench_NoName_IsRefused() => (await CommandRun.OfAsync("bench")).AssertRefused(2);
}
