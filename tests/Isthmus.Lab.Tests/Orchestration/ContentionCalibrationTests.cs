using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Orchestration;
using Isthmus.Lab.Orchestration;

namespace Isthmus.Lab.Tests.Orchestration;

public sealed class ContentionCalibrationTests
{
    [Fact]
    public void Curve_MeasuredFactors_AreTheirMedians()
    {
        ContentionCurve curve = ContentionCalibration.Curve([[1.1, 0.9, 1.2], [1.4, 9, 1.5], [2, 2.2, double.NaN]]);
        Assert.Equal([1, 1.5, 2.1], curve.Factors);
        Assert.Equal(0.55, curve.Slope, 1e-12);
    }

    [Fact]
    public void Curve_FactorsThatFall_ArePooled() => Assert.Equal([1, 1.5, 1.5], ContentionCalibration.Curve([[1], [2], [1]]).Factors);

    [Fact]
    public void Curve_NumbersOfWhichNothingIsKnown_EndIt()
    {
        Assert.Equal([1, 1.5], ContentionCalibration.Curve([[1], [1.5], [double.NaN], [3]]).Factors);
        Assert.Equal(ContentionCurve.TakingTurns(1), ContentionCalibration.Curve([[double.NaN]]));
    }

    [Fact]
    public void Curve_OfAnything_IsOne() => Prop.ForAll(
        ArbMap.Default.ArbFor<NonEmptyArray<NonEmptyArray<double>>>(),
        drawn =>
        {
            ContentionCurve curve = ContentionCalibration.Curve([.. drawn.Get.Select(r => r.Get.Select(f => double.IsFinite(f) ? Math.Clamp(f, -1e6, 1e6) : double.NaN).ToArray())]);
            curve.Validate();
            Assert.Equal(1, curve.At(1));
        }).QuickCheckThrowOnFailure();
}
