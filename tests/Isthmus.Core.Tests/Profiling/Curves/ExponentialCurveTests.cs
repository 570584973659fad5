using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Profiling.Curves;

public sealed class ExponentialCurveTests
{
    [Fact]
    public void At_Known_IsTheFormulaWithinZeroAndOne()
    {
        ExponentialCurve curve = new(0.8, 1.5, 6);
        Assert.Equal(0, curve.At(0));
        Assert.Equal(0.8 * (1 - (1.5 * Math.Exp(-3))), curve.At(0.5), 15);
        Assert.Equal(1, new ExponentialCurve(2, 1, 9).At(1));
    }

    [Fact]
    public void Inverse_OfWhatItReaches_IsTheSmallestFraction() => Prop.ForAll(Curves(), Gen.Choose(0, 1000).ToArbitrary(), (curve, thousandth) =>
    {
        double wanted = thousandth / 1000.0;
        double? fraction = curve.Inverse(wanted);
        if (fraction is not { } x) return curve.At(1) < wanted;
        return x is >= 0 and <= 1 && curve.At(x) >= wanted - 1e-9 && (x == 0 || curve.At(x - 1e-6) < wanted + 1e-12);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void SlopeAt_Anywhere_IsTheDifferenceQuotient() => Prop.ForAll(Curves(), Gen.Choose(1, 999).ToArbitrary(), (curve, thousandth) =>
    {
        double x = thousandth / 1000.0;
        if (curve.At(x + 1e-6) >= 1 || curve.At(x - 1e-6) <= 0 != curve.At(x + 1e-6) <= 0) return true;
        double slope = (curve.At(x + 1e-6) - curve.At(x - 1e-6)) / 2e-6;
        return Math.Abs(slope - curve.SlopeAt(x)) <= 1e-5 * (1 + Math.Abs(slope));
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<ExponentialCurve> Curves() => (
        from a in Gen.Choose(1, 1200)
        from b in Gen.Choose(1, 3000)
        from c in Gen.Choose(1, 4000)
        select new ExponentialCurve(a / 1000.0, b / 1000.0, c / 100.0)).ToArbitrary();
}
