using Isthmus.Lab.Fuzzing;

namespace Isthmus.Lab.Tests.Fuzzing;

public sealed class FuzzProcessTests
{
    // Each of these reaches one byte or value beyond the memory that it was given; the page there ends the process.
    [Theory]
    [InlineData("behind")]
    [InlineData("before")]
    [InlineData("reading")]
    public async Task RunAsync_DecoderTouchesForeignMemory_NamesTheInputThatDoes(string codec)
    {
        FrameFuzzReport report = await Run(codec, FuzzChild.Options(codec));
        FuzzFinding finding = Assert.Single(report.Findings.DistinctBy(f => f.Kind));
        // Where it begins at its pages, writing behind a tensor hits no page but the known bytes after it.
        Assert.Equal(FuzzFindingKind.ProcessDied, finding.Kind);

        FrameFuzzReport again = await Run(codec, FuzzChild.Options(codec) with { From = finding.Input, Count = 1, Threads = 1 });
        Assert.Equal(finding.Input, Assert.Single(again.Findings).Input);
    }

    private static Task<FrameFuzzReport> Run(string codec, FrameFuzzOptions options) =>
        new FuzzProcess(options, (part, journal) => FuzzChild.Start(codec, part, journal)).RunAsync(cancellationToken: TestContext.Current.CancellationToken);
}
