using System.Collections.Immutable;
using Isthmus.Bench.Inputs;
using Isthmus.Core.Planning;

namespace Isthmus.Cli.Tests.Bench.Inputs;

public sealed class EqualAccuracyTests
{
    [Fact]
    public void Of_PowerLaws_FindsTheBytesBetweenTwoSettings()
    {
        // Divergence 2000 / bytes of a part, 1000 / bytes of the embedded code: half the bytes everywhere.
        MeasuredInput[] settings =
        [
            .. from b in (double[])[1000, 3000, 20_000] select Setting(InputEncoding.Jpeg(75).First(b / 20_000), b, 2000 / b),
            .. from b in (double[])[900, 5000, 19_000] select Setting(InputEncoding.Embedded.First(b / 20_000), b, 1000 / b),
        ];
        ImmutableArray<EqualAccuracy> equal = EqualAccuracy.Of("all", settings);
        Assert.Equal([0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8], equal.Where(e => e.Measure == "divergence").Select(e => e.Level));
        Assert.All(equal.Where(e => e.Measure == "divergence"), e =>
        {
            Assert.Equal(2000 / e.Level, e.Bytes[InputFamily.JpegPart], 1e-6);
            Assert.Equal(0.5, e.SavedAgainst(InputFamily.JpegPart)!.Value, 1e-9);
            Assert.Null(e.SavedAgainst(InputFamily.Webp));
        });
    }

    [Fact]
    public void FamiliesOf_EveryForm_IsWhatAUserWouldChooseAmong()
    {
        Assert.Equal([InputFamily.JpegPart, InputFamily.JpegQuality], EqualAccuracy.FamiliesOf(InputEncoding.Jpeg(75)));
        Assert.Equal([InputFamily.JpegPart], EqualAccuracy.FamiliesOf(InputEncoding.Jpeg(50).First(0.5)));
        Assert.Equal([InputFamily.JpegQuality], EqualAccuracy.FamiliesOf(InputEncoding.Jpeg(30)));
        Assert.Equal([InputFamily.JpegScale], EqualAccuracy.FamiliesOf(InputEncoding.Jpeg(75).ScaledBy(0.5)));
        Assert.Equal([InputFamily.Webp], EqualAccuracy.FamiliesOf(InputEncoding.Webp(30)));
        Assert.Equal([InputFamily.Embedded], EqualAccuracy.FamiliesOf(InputEncoding.Embedded.First(0.3)));
        Assert.Empty(EqualAccuracy.FamiliesOf(InputEncoding.Png));
    }

    [Fact]
    public void Goals_SavingAFifthOnTheMean_AreMet()
    {
        static InputRow Row(double ours) => new("n", 1, 1, 1, 0, null, [], EqualAccuracy.Of("all", [.. new[] { 1000.0, 20_000 }.SelectMany(b => (MeasuredInput[])
            [Setting(InputEncoding.Jpeg(75).First(b / 20_000), b, 2000 / b), Setting(InputEncoding.Embedded.First(b / 20_000), b * ours, 2000 / b)])]));
        Assert.True(Assert.Single(new InputReport(false, [Row(0.79)]).Goals, g => g.Measure == "divergence").Met);
        InputGoal missed = Assert.Single(new InputReport(false, [Row(0.81)]).Goals, g => g.Measure == "divergence");
        Assert.False(missed.Met);
        Assert.Equal(0.19, missed.Saved!.Value, 1e-9);
        Assert.Null(missed.AgainstWebp);
    }

    private static MeasuredInput Setting(InputEncoding form, double bytes, double divergence) => new(form, bytes, 1 - divergence, null, divergence);
}
