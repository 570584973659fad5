using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Profiling.Curves;

public sealed class InputCurveTests
{
    private readonly InputCurve _curve = SmallCurve.Create();

    [Fact]
    public void Curve_Chosen_IsTheFitOfThatKind()
    {
        Assert.Equal(new GompertzCurve(0.79, 2, 5), _curve.Curve);
        Assert.Equal(0.6, (_curve with { Chosen = AccuracyCurves.Table }).Curve.At(0.4), 15);
        Assert.True(_curve.IsContinuous);
        Assert.Equal(0.1, _curve.Least);
    }

    [Fact]
    public void BytesAt_Anywhere_IsBetweenTheMeasuredOnes()
    {
        Assert.Equal([1000, 1000, 2100, 3200, 5300, 7400], new[] { 0.01, 0.1, 0.25, 0.4, 0.7, 1 }.Select(x => _curve.BytesAt(x).Value));
        for (int k = 1; k <= 1000; k++) Assert.True(_curve.BytesAt(k / 1000.0).Value >= _curve.BytesAt((k - 1) / 1000.0).Value);
    }

    [Fact]
    public void AgreementAt_Anywhere_IsBetweenTheMeasuredOnesAndInItsInterval()
    {
        Assert.Equal(0.44, _curve.AgreementAt(0.25), 12);
        for (int k = 1; k <= 100; k++) Assert.True(_curve.AgreementIntervalAt(k / 100.0).Contains(_curve.AgreementAt(k / 100.0)));
    }

    [Fact]
    public void BandAt_Anywhere_IsBetweenTheStoredOnes()
    {
        Assert.Equal(0.31, _curve.BandAt(0.25)!.Value.Low, 12);
        Assert.Equal(0.85, _curve.BandAt(1)!.Value.High, 12);
        Assert.Null((_curve with { Chosen = AccuracyCurves.Table }).BandAt(0.5));
    }
}
