using Isthmus.Lab.Fuzzing;
using Isthmus.Lab.Fuzzing.Images;

namespace Isthmus.Lab.Tests.Fuzzing;

public sealed class ImageFuzzerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Run_SomeHundredInputs_ShowsNoDefect()
    {
        ImageFuzzReport report = new ImageFuzzer(new() { Count = 800, Seed = 5 }).Run(cancellationToken: Cancel);
        Assert.Empty(report.Findings);
        Assert.Equal((800L, 800L), (report.Inputs, report.Accepted + report.Refused));
        Assert.InRange(report.Good, 1, 60);
        Assert.InRange(report.Accepted, report.Good, 790);
        Assert.True(report.Forms.Select(f => f.Form).Distinct().Count() > 10);
    }

    [Fact]
    public void Reproducer_SameSeedAndNumber_IsTheSameInput()
    {
        ImageFuzzer one = new(new() { Seed = 9 }), two = new(new() { Seed = 9 }), other = new(new() { Seed = 10 });
        bool differs = false;
        for (long i = 0; i < 60; i++)
        {
            ImageReproducer a = one.Reproducer(i), b = two.Reproducer(i);
            Assert.Equal((a.Form, a.Note), (b.Form, b.Note));
            Assert.True(a.Bytes.Span.SequenceEqual(b.Bytes.Span));
            differs |= !a.Bytes.Span.SequenceEqual(other.Reproducer(i).Bytes.Span);
        }

        Assert.True(differs);
    }

    [Fact]
    public void Replay_OfASavedInput_ReadsThatInput()
    {
        string path = Path.Combine(Path.GetTempPath(), $"isthmus-{Guid.NewGuid():N}.json");
        try
        {
            ImageReproducer made = new ImageFuzzer(new() { Seed = 3 }).Reproducer(17);
            made.Save(path);
            ImageReproducer read = ImageReproducer.Load(path);
            Assert.Equal((made.Form, made.Note), (read.Form, read.Note));
            Assert.True(made.Bytes.Span.SequenceEqual(read.Bytes.Span));
            ImageFuzzReport report = new ImageFuzzer(new() { Replay = read, Count = 1 }).Run(cancellationToken: Cancel);
            Assert.Equal((1L, 0L), (report.Inputs, report.FindingCount));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task RunAsync_AProcessDiesAtOneInput_NamesItAndGoesOnBehindIt()
    {
        ImageFuzzOptions options = new() { Seed = 1, Count = 50, Processes = 1 };
        ImageFuzzReport report = await new ImageFuzzProcess(options, FuzzChild.StartImages).RunAsync(cancellationToken: Cancel);
        ImageFuzzFinding finding = Assert.Single(report.Findings);
        Assert.Equal((FuzzFindingKind.ProcessDied, FuzzChild.Deadly), (finding.Kind, finding.Input));
        Assert.Equal(50, report.Inputs);
    }
}
