using Isthmus.Core.Planning.Fractions;
using Isthmus.Core.Profiling.Curves;

namespace Isthmus.Core.Tests.Planning.Fractions;

public sealed class FractionChoiceTests
{
    [Fact]
    public void WithinBytes_RandomImages_IsTheMostAccurateThatFits()
    {
        Random random = new(3);
        for (int i = 0; i < 400; i++)
        {
            (FractionChoice choice, IAccuracyCurve curve, int whole, double? local) = Any(random);
            int most = random.Next((int)(whole * 1.2));
            FractionCut cut = choice.WithinBytes(whole, most, default, local);
            double best = Math.Max(local ?? 0, most < 1 ? 0 : Enumerable.Range(1, Math.Min(most, whole)).Max(b => curve.At((double)b / whole)));
            Assert.True(cut.Bytes <= most);
            Assert.Equal(best, cut.Accuracy, 9);
            if (cut.Bytes > 0) Assert.Equal(curve.At(cut.Fraction), cut.Accuracy);
        }
    }

    [Fact]
    public void AboveFloor_RandomImages_IsTheFewestBytes()
    {
        Random random = new(4);
        for (int i = 0; i < 400; i++)
        {
            (FractionChoice choice, IAccuracyCurve curve, int whole, double? local) = Any(random);
            double floor = random.NextDouble();
            FractionCut? cut = choice.AboveFloor(whole, floor, default, local);
            int? fewest = local >= floor ? 0 : Enumerable.Range(1, whole).Select(b => (int?)b).FirstOrDefault(b => curve.At((double)b!.Value / whole) >= floor - 1e-9);
            Assert.Equal(fewest is null, cut is null);
            // The last byte may be there for a rounding.
            if (cut is { } c) Assert.InRange(c.Bytes - fewest!.Value, 0, 1);
        }
    }

    [Fact]
    public void WorthItsBytes_RandomImages_IsTheBestOfAllBytes()
    {
        Random random = new(5);
        int sent = 0;
        for (int i = 0; i < 400; i++)
        {
            (FractionChoice choice, IAccuracyCurve curve, int whole, double? local) = Any(random);
            double perByte = Math.Exp(RandomCurves.Of(random, -5, 1)) / 600;
            FractionCut cut = choice.WorthItsBytes(whole, perByte, default, local);
            double best = Math.Max(local ?? double.NegativeInfinity, Enumerable.Range(1, whole).Max(b => curve.At((double)b / whole) - (perByte * b)));
            Assert.Equal(best, cut.Accuracy - (perByte * cut.Bytes), 9);
            if (cut.Bytes > 0) sent++;
        }

        Assert.InRange(sent, 40, 396);
    }

    [Fact]
    public void WithinBytes_ScanEndsJustBefore_IsCutThere()
    {
        FractionChoice choice = new(new GompertzCurve(0.9, 5, 4));
        Assert.Equal(395, choice.WithinBytes(1000, 400, [100, 395, 700]).Bytes);
        Assert.Equal(400, choice.WithinBytes(1000, 400, [100, 370, 401]).Bytes);
    }

    [Fact]
    public void AboveFloor_ScanEndsJustAfter_IsExtendedToIt()
    {
        GompertzCurve curve = new(0.9, 5, 4);
        FractionChoice choice = new(curve);
        double floor = curve.At(0.4);
        Assert.Equal(412, choice.AboveFloor(1000, floor, [100, 412, 700])!.Value.Bytes);
        Assert.Equal(400, choice.AboveFloor(1000, floor, [100, 399, 430])!.Value.Bytes);
    }

    [Fact]
    public void WithinBytes_NothingFits_IsTheDevice()
    {
        FractionChoice choice = new(new GompertzCurve(0.9, 5, 4), lowest: 0.2);
        Assert.Equal(new(0, 0, 0.3), choice.WithinBytes(1000, 150, default, 0.3));
        Assert.Equal(new(0, 0, 0), choice.WithinBytes(1000, -5));
    }

    private static (FractionChoice Choice, IAccuracyCurve Curve, int Whole, double? Local) Any(Random random)
    {
        IAccuracyCurve curve = RandomCurves.Create(random);
        // Of fewer bytes than 1000, a thousandth is the first byte.
        return (new(curve), curve, 1 + random.Next(600), random.Next(2) == 0 ? null : random.NextDouble() * 0.8);
    }
}
