using Isthmus.Core.Errors;
using Isthmus.Lab.Reproduction;
using Isthmus.Lab.Reproduction.Scission;
using Isthmus.Tests.Shared;

namespace Isthmus.Lab.Tests.Reproduction.Scission;

public sealed class ScissionReproductionTests
{
    [Fact]
    public void PublishedResult_OfThePublishedMeasurements_MeetsEveryClaim()
    {
        string folder = Path.GetDirectoryName(DevelopmentData.Scission(ScissionPublished.BenchmarksFile))!;
        PublishedResult result = PublishedResult.Of(new(folder));
        Claim[] claims = [.. ScissionClaims.Of(result)];
        Assert.Equal(13, claims.Length);
        Assert.All(claims, c => Assert.True(c.Met, $"{c.Name}: {c.Measured} instead of {c.Paper}."));
        Assert.NotEmpty(ScissionReport.Of(result));
    }

    [Fact]
    public async Task RunAsync_DataThatIsNotThere_SaysWhatIsMissing()
    {
        ReproductionOptions options = new() { Data = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N")) };
        IsthmusException error = await Assert.ThrowsAsync<IsthmusException>(() => new ScissionReproduction().RunAsync(options, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(ErrorKind.File, error.Kind);
        Assert.Contains("scission-benchmarks.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_TimesOfAQuestion_AreHeldAgainstTheGoals()
    {
        Assert.Equal([true, true], ScissionClaims.Of(new QueryTime(300, 10, 1, 7)).Select(c => c.Met));
        Assert.Equal([false, false], ScissionClaims.Of(new QueryTime(301, 10.1, 1, 7)).Select(c => c.Met));
        Assert.Equal([null, true], ScissionClaims.Of(new QueryTime(null, 1, 1, 0)).Select(c => c.Met));
    }

    [Fact]
    public void Of_AMeasuredNetwork_ComparesRunsAndPredictions()
    {
        ScissionOutcome own = new(ScissionMethod.Own, "file → edge", false, 100, 120) { MeasuredMs = 200, Runs = [200] };
        ScissionOutcome counted = new(ScissionMethod.Counted, "file → edge", false, 120, 120) { MeasuredMs = 200, Runs = [200], SameRunAs = ScissionMethod.Own };
        ScissionOutcome ours = new(ScissionMethod.Isthmus, "jpeg:75 → edge", false, 95, 95) { MeasuredMs = 100, Runs = [null] };
        ScissionModelResult result = new()
        {
            Model = "m",
            Photographs = 1,
            Blocks = [],
            Additions = [new("edge", 5, 108, 100, 3, 0.02, 0.08), new("cloud", 5, 111, 100, 3, 0.02, 0.11)],
            Cases = [new(ScissionEffort.Conditions[0], false, [own, counted, ours])],
            Configurations = 10,
        };
        Assert.Equal(
            [(8.0, true), (11.0, false), (2.0, true), (2.0, true), (0.0, false), (50.0, false), (1.0, false)],
            ScissionClaims.Of(result).Select(c => (c.Measured!.Value, c.Met!.Value)));
        Assert.All(ScissionClaims.Of(result), c => Assert.Null(c.Paper));
    }
}
