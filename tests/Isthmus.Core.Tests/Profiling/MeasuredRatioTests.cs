using Isthmus.Core.Profiling;

namespace Isthmus.Core.Tests.Profiling;

public sealed class MeasuredRatioTests
{
    [Fact]
    public void Learn_TheSameSlownessAgainAndAgain_ApproachesIt()
    {
        MeasuredRatio ratio = new("edge", 1);
        for (int i = 0; i < 40; i++) ratio = ratio.Learn(30, 10);
        Assert.Equal(3, ratio.Compute, 0.001);
    }

    [Theory]
    [InlineData(10, 0)]
    [InlineData(double.NaN, 10)]
    [InlineData(-1, 10)]
    [InlineData(double.PositiveInfinity, 10)]
    public void Learn_Nonsense_TeachesNothing(double measured, double profiled) =>
        Assert.Equal(1.5, new MeasuredRatio("edge", 1.5).Learn(measured, profiled).Compute);

    [Fact]
    public void Learn_AbsurdMeasurement_IsBounded() => Assert.Equal(100, new MeasuredRatio("edge", 1).Learn(1e9, 1, 1).Compute);
}
