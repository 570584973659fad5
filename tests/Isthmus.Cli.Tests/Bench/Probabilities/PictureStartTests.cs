using Isthmus.Bench.Probabilities;
using Isthmus.Core.Progress;
using Isthmus.Tests.Shared;

namespace Isthmus.Cli.Tests.Bench.Probabilities;

public sealed class PictureStartTests
{
    [Fact]
    public void Learn_TheSamePhotographsTwice_IsTheSameFileOfTheCommittedLength()
    {
        string photographs = Path.Combine(DevelopmentData.Repository, "samples", "photos");
        byte[] first = PictureStart.Learn(photographs, new Progress<ProgressReport>(), TestContext.Current.CancellationToken);
        Assert.Equal(first, PictureStart.Learn(photographs, new Progress<ProgressReport>(), TestContext.Current.CancellationToken));
        Assert.Equal(new FileInfo(Path.Combine(DevelopmentData.Repository, "src", "Isthmus.Core", "Codec", "Pictures", "picture-start.bin")).Length, first.Length);
    }

    [Fact]
    public void IsLearntFrom_ManyNames_IsAboutHalf() =>
        Assert.InRange(Enumerable.Range(0, 2000).Count(i => PictureStart.IsLearntFrom($"n{i:00000000}_photo.JPEG")), 900, 1100);
}
