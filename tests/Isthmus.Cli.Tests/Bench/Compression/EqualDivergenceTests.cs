using Isthmus.Bench.Compression;

namespace Isthmus.Cli.Tests.Bench.Compression;

public sealed class EqualDivergenceTests
{
    [Fact]
    public void Of_ABaselineBetweenTwoSettings_InterpolatesLogarithms()
    {
        EqualDivergence equal = EqualDivergence.Of(Setting("floor:3", 100, 0.01), "dense", [Setting("dense:3", 20, 0.1), Setting("dense:4", 30, 0.2), Setting("dense:5", 80, 0.001)])!;
        Assert.Equal(40, equal.Bytes!.Value, 9);
        Assert.Equal(0.6, equal.Saving!.Value, 9);
    }

    [Fact]
    public void Of_ABaselineThatASettingEquals_IsThatSetting() =>
        Assert.Equal(80, EqualDivergence.Of(Setting("floor:3", 100, 0.25), "dense", [Setting("dense:3", 80, 0.25), Setting("dense:4", 90, 0.1)])!.Bytes);

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.01)]
    public void Of_ABaselineBesideAllSettings_ExtrapolatesNothing(double divergence) =>
        Assert.Null(EqualDivergence.Of(Setting("floor:3", 100, divergence), "dense", [Setting("dense:3", 80, 0.25), Setting("dense:4", 90, 0.1)])!.Bytes);

    [Fact]
    public void Of_ABaselineWithoutDivergence_IsNone() => Assert.Null(EqualDivergence.Of(Setting("floor:3", 100, null), "dense", []));

    [Fact]
    public void Probabilities_OfLogits_AreTheirSoftmax()
    {
        float[] p = OutputDivergence.Probabilities([0, MathF.Log(3), -1000]);
        Assert.Equal(0.25, p[0], 6);
        Assert.Equal(0.75, p[1], 6);
        Assert.Equal([0.5f, 0.25f, 0.25f], OutputDivergence.Probabilities([0.5f, 0.25f, 0.25f]));
    }

    [Fact]
    public void Divergence_OfDistributions_IsThatOfKullbackAndLeibler()
    {
        Assert.Equal(0, OutputDivergence.Of([0.5f, 0.5f], [0.5f, 0.5f]));
        Assert.Equal((0.75 * Math.Log(3)) + (0.25 * Math.Log(1 / 3.0)), OutputDivergence.Of([0.75f, 0.25f, 0], [0.25f, 0.75f, 0]), 6);
        Assert.True(double.IsFinite(OutputDivergence.Of([1, 0], [0, 1])));
    }

    private static MeasuredSetting Setting(string codec, double bytes, double? divergence) => new(codec, bytes, 1, 1, null, null, null, null) { Divergence = divergence };
}
