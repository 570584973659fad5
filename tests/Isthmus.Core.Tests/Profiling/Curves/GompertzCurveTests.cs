using FsCheck;
using FsCheck.Fluent;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Profiling.Curves;

public sealed class GompertzCurveTests
{
    [Fact]
    public void At_Known_IsTheFormula()
    {
        GompertzCurve curve = new(0.78, 9, 11);
        Assert.Equal(0.78 * Math.Exp(-9), curve.At(0), 15);
        Assert.Equal(0.78 * Math.Exp(-9 * Math.Exp(-5.5)), curve.At(0.5), 15);
        Assert.Equal(1, new GompertzCurve(2, 1, 9).At(1));
    }

    [Fact]
    public void Inverse_OfWhatItReaches_IsTheSmallestFraction() => Prop.ForAll(Curves(), ArbMap.Default.ArbFor<NormalFloat>(), (curve, number) =>
    {
        double wanted = Math.Abs(number.Get) % 1;
        double? fraction = curve.Inverse(wanted);
        if (fraction is not { } x) return curve.At(1) < wanted;
        return x is >= 0 and <= 1 && curve.At(x) >= wanted - 1e-9 && (x == 0 || curve.At(x - 1e-6) < wanted + 1e-12);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void SlopeAt_Anywhere_IsTheDifferenceQuotient() => Prop.ForAll(Curves(), Gen.Choose(1, 999).ToArbitrary(), (curve, thousandth) =>
    {
        double x = thousandth / 1000.0;
        if (curve.At(x + 1e-6) >= 1) return true;
        double slope = (curve.At(x + 1e-6) - curve.At(x - 1e-6)) / 2e-6;
        return Math.Abs(slope - curve.SlopeAt(x)) <= 1e-5 * (1 + Math.Abs(slope));
    }).QuickCheckThrowOnFailure();

    private static Arbitrary<GompertzCurve> Curves() => (
        from a in Gen.Choose(1, 1200)
        from b in Gen.Choose(1, 2000)
        from c in Gen.Choose(1, 4000)
        select new GompertzCurve(a / 1000.0, b / 100.0, c / 100.0)).ToArbitrary();
}
